import type { Ask } from './store';

/** How far one projection is behind in one partition. */
export interface PartitionLag {
  readonly projection: string;
  readonly topic: string;
  readonly partition: number;
  readonly nextOffset: number;
  /** Records not applied yet, by the last look at the end of the log. */
  readonly records: number;
  /** When it last moved, RFC 3339. */
  readonly movedAt: string;
  readonly halt?: { readonly code: string; readonly detail: string; readonly since: string };
}

/** How far each projection is behind, by partition. */
export async function partitionLags(ask: Ask): Promise<readonly PartitionLag[]> {
  const rows = await ask<LagRow>(
    `select projection, topic, partition, next_offset, log_end, updated_at, halt_code, halt_detail,
       halted_at from live_checkpoints order by projection, topic, partition`,
    [],
  );
  return rows.map((row) => ({
    ...{ projection: row.projection, topic: row.topic, partition: row.partition },
    nextOffset: Number(row.next_offset),
    records: Math.max(0, Number(row.log_end) - Number(row.next_offset)),
    movedAt: row.updated_at.toISOString(),
    ...haltOf(row),
  }));
}

interface LagRow {
  readonly projection: string;
  readonly topic: string;
  readonly partition: number;
  readonly next_offset: string;
  readonly log_end: string;
  readonly updated_at: Date;
  readonly halt_code: string | null;
  readonly halt_detail: string | null;
  readonly halted_at: Date | null;
}

function haltOf({ halt_code: code, halt_detail: detail, halted_at: since }: LagRow) {
  if (code === null) return {};
  return { halt: { code, detail: detail ?? '', since: since?.toISOString() ?? '' } };
}
