import type { ProjectionPosition, ProjectionWitness } from '../platform/audit/options';
import type { Projection } from '../platform/event-log/projector/projection';
import { eventTopic } from '../platform/event-log/topics';
import type { Config } from '../platform/runtime/config';
import { projections } from './index';
import { noKeys } from '../platform/host/sealed-store';
import { openReadModelStore } from './store';
import type { Ask } from './store';

interface PositionRow {
  readonly projection: string;
  readonly partition: number;
  readonly next_offset: string;
}

/** Opens the read models of an instance for an audit; nothing connects before the first question. */
export function openWitness(config: Config) {
  const store = openReadModelStore(config, noKeys);
  const topicOf = (service: string): string => eventTopic(service, config.HOLDFAST_INSTANCE);
  const witness = projectionWitness(store.ask, { projections, topicOf });
  return { witness, close: () => store.close() };
}

/**
 * Read models as an audit sees them. Each question is one statement, so that place and applied events are of one
 * moment: what a projection has not passed by then is not missing, also where a new generation went live meanwhile.
 */
export function projectionWitness(
  ask: Ask,
  of: {
    readonly projections: readonly Projection[];
    readonly topicOf: (service: string) => string;
  },
): ProjectionWitness {
  return {
    async positions(topic) {
      const readers = of.projections.filter(({ services }) =>
        services.some((service) => of.topicOf(service) === topic),
      );
      const rows = await ask<PositionRow>(
        `select projection, partition, next_offset from live_checkpoints
         where topic = $1 and projection = any($2::text[])`,
        [topic, readers.map(({ name }) => name)],
      );
      return rows.map(({ projection, partition, next_offset }): ProjectionPosition => {
        return { projection, partition, nextOffset: BigInt(next_offset) };
      });
    },
    async lacking({ projection, topic }, events) {
      const rows = await ask<{ aggregate_id: string; seq: string }>(lacking, [
        ...[projection, topic, events.map(({ aggregateId }) => aggregateId)],
        ...[events.map(({ seq }) => seq), events.map(({ hash }) => hash)],
        ...[events.map(({ partition }) => partition), events.map(({ offset }) => offset)],
      ]);
      return rows.map(({ aggregate_id: aggregateId, seq }) => ({ aggregateId, seq: Number(seq) }));
    },
  };
}

/** A letter that waits parks its aggregate; one that was settled says why its event was not applied as it was sent. */
const lacking = `
  select e.aggregate_id, e.seq
  from unnest($3::text[], $4::bigint[], $5::text[], $6::int[], $7::bigint[])
    as e(aggregate_id, seq, hash, partition, log_offset)
  join live_checkpoints c on c.projection = $1 and c.topic = $2 and c.partition = e.partition
    and c.next_offset > e.log_offset
  where not exists (select from live_applied_events a where a.projection = $1
      and a.aggregate_id = e.aggregate_id and a.seq = e.seq and a.hash = e.hash)
    and not exists (select from dead_letters d where d.aggregate_id = e.aggregate_id)
    and not exists (select from settled_letters s
      where s.aggregate_id = e.aggregate_id and s.seq = e.seq)`;
