import { auditTable, readLog } from '../../platform/event-log/audit';
import { defineProjection } from '../../platform/event-log/projector/projection';
import { startProjector } from '../../platform/event-log/projector';
import { silentLog } from '../../platform/runtime/log';
import { anySchemas } from '../support/counting';
import { openedRows } from '../support/read-rows';
import type { RelayBench } from './bench';
import { whileItMoves } from './while-it-moves';

type BoxRow = { readonly key: string; readonly coins: number; readonly seqs: readonly number[] };

/** What stands after a run, and what is wrong with it. */
export interface Judgement {
  readonly events: number;
  readonly records: number;
  /** Events of the table that the log does not hold. */
  readonly gaps: number;
  /** First occurrences out of the order of their aggregate. */
  readonly reordered: number;
  /** Records of an event that stands in the log before, with the same hash. */
  readonly repeats: number;
  /** Repeats that the read model's projector counted. */
  readonly counted: number;
  /** Rows of the read model, in the order of their keys. */
  readonly rows: readonly BoxRow[];
  readonly problems: readonly string[];
}

/** How long a reader may bring nothing. */
const stallMs = 30_000;

/** Reads the log raw, holds it against the events table, and projects it. */
export async function judgeRun(bench: RelayBench): Promise<Judgement> {
  const { world, service, topic, store, keysUrl } = bench;
  const eventLog = world.logAs('projector', keysUrl);
  const groupPrefix = 'projector-judge';
  const content = await readLog({ eventLog, service, topic, groupPrefix, timeoutMs: stallMs });
  const audit = await auditTable(service, store, content);
  const violations = [...content.violations, ...audit.violations];
  const of = (code: string): number => violations.filter((one) => one.code === code).length;
  const repeats = content.records - content.events.size;
  const projected = await project(bench, content.records);
  return {
    ...{ events: audit.events, records: content.records, repeats, ...projected },
    ...{ gaps: of('NOT_IN_LOG'), reordered: of('LOG_OUT_OF_ORDER') },
    problems: [
      ...violations.map(({ code, subject, detail }) => `${code} ${subject} ${detail}`.trim()),
      ...(projected.counted === repeats
        ? []
        : [`the projector counted ${projected.counted} repeats, the log has ${repeats}`]),
    ],
  };
}

async function project(
  { world, service, topic, keysUrl }: RelayBench,
  records: number,
): Promise<Pick<Judgement, 'rows' | 'counted'>> {
  const projection = boxProjection(service);
  const store = world.openStore();
  let applied = 0;
  let counted = 0;
  const projector = startProjector({
    ...{ projection, topics: [topic], store, schemas: anySchemas, log: silentLog },
    ...{
      groupId: `projector-${service}-${world.instance}`,
      eventLog: world.logAs('projector', keysUrl),
    },
    observe: {
      applied: (events) => void (applied += events.length),
      duplicates: (count) => void (counted += count),
    },
  });
  try {
    const what = `of ${records} records were never projected`;
    await whileItMoves(() => ({ left: records - applied - counted, what }), stallMs);
  } finally {
    await projector.stop();
  }
  const told = { instance: world.instance, projection: projection.name };
  const rows = await openedRows<BoxRow>(store, told);
  return { counted, rows: rows.map(({ row }) => row) };
}

/** Rows that know what was in them and in which order. */
export function boxProjection(service: string) {
  return defineProjection<BoxRow>({
    ...{ name: `boxes-${service}`, services: [service], listBy: [], orderBy: 'key' },
    keys: ({ aggregateId }) => [aggregateId],
    fold: (row, { aggregateId, seq, data }) => ({
      key: aggregateId,
      coins: (row?.coins ?? 0) + (data as { coins: number }).coins,
      seqs: [...(row?.seqs ?? []), seq],
    }),
  });
}
