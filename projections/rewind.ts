import type { Ask } from './store';

/** A consumer that was set back, so that it reads on where the log still is what it was. */
export interface Rewound {
  readonly generation: string;
  readonly partition: number;
  readonly from: string;
  readonly to: string;
}

/** Who has the partition writes no more, and takes it up again from the new place. Snapshots of later places go. */
const statement = `
  with late as (
    select projection, topic, partition, next_offset from checkpoints
      where topic = $1 and partition = $2 and next_offset > $3::bigint for update
  ), gone as (
    delete from snapshots where (places ->> ($1 || '/' || $2::text))::bigint > $3::bigint
  )
  update checkpoints c set next_offset = $3::bigint, owner_epoch = c.owner_epoch + 1, updated_at = now()
    from late where c.projection = late.projection and c.topic = late.topic
      and c.partition = late.partition
    returning c.projection as generation, c.partition, late.next_offset as "from", $3::text as "to"`;

/**
 * Sets every consumer of a store back to where the log of a topic ends, by partition, that stands behind it. What it
 * reads again after that it knows by number and hash, and passes over.
 */
export async function rewindConsumers(
  ask: Ask,
  topic: string,
  ends: Readonly<Record<string, string>>,
): Promise<readonly Rewound[]> {
  const table = `select to_regclass('checkpoints')::text as name`;
  // One that never ran has read nothing.
  if ((await ask<{ name: string | null }>(table, []))[0]?.name === null) return [];
  const rewound: Rewound[] = [];
  for (const [partition, end] of Object.entries(ends)) {
    rewound.push(...(await ask<Rewound>(statement, [topic, Number(partition), end])));
  }
  return rewound;
}
