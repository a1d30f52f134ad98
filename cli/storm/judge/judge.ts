import path from 'node:path';
import type { AuditViolation } from '../../../platform/event-log/audit';
import { projectRoot } from '../../../platform/runtime/paths';
import { auditOnce, auditWorld } from '../../up/audit';
import type { ApiClient } from '../../up/api-client';
import { openArena } from '../../verify/arena';
import { replayFailures } from '../../verify/replay';
import { countMarket } from '../load/market';
import type { Market } from '../load/market';
import type { Diary } from '../load/ticket';
import { auditorAccuses } from './auditor';
import { onlyOf, readEvidence } from './evidence';
import type { Evidence } from './evidence';
import { goodsBroken } from './goods';
import { effectsBroken, endsBroken, openBroken, rowsBroken, unasked } from './invariants';
import type { Violation } from './invariants';
import { untilQuiet } from './quiet';
import type { Quiet } from './quiet';
import { verifyServices } from './rebuilds';
import { rebuildCodes } from '../../../platform/rebuild/finding/codes';
import type { RebuildReport } from '../../../platform/rebuild/options';

/** What was found once all had come to rest. */
export interface Verdict {
  readonly quiet: Quiet;
  readonly violations: readonly Violation[];
  readonly evidence: Evidence;
  /** Events in the tables, and those of them that every read model of their service has. */
  readonly events: {
    readonly published: number;
    readonly projected: number;
    readonly repeats: number;
  };
  readonly replayed: number;
  readonly rebuilds: readonly RebuildReport[];
}

export interface JudgeOptions {
  readonly api: ApiClient;
  readonly environmentFor: (name: string) => Record<string, string>;
  readonly market: Market;
  readonly diary: Diary;
  /** False where others work on the same stack: only the storm's own sagas are judged then. */
  readonly isOurs: boolean;
  /** When the storm began: what the auditor has told since counts. */
  readonly since: Date;
  /** Histories that are replayed, spread over all. */
  readonly replaysMax: number;
  readonly say: (line: string) => void;
}

/** Waits until all is quiet, and counts: every saga, every row, every event, every piece and every cent. */
export async function judge(options: JudgeOptions): Promise<Verdict> {
  const { api, environmentFor, market, diary, isOurs, say } = options;
  const arena = await openArena({ api, environmentFor, faultDir: '' });
  try {
    const onWait = (open: number) => say(`${open} sagas are still open`);
    const quiet = await untilQuiet({ environmentFor, client: arena.client, onWait });
    say(`all quiet after ${(quiet.waitedMs / 1_000).toFixed(1)} s; counting`);
    const audit = await (isOurs ? auditOnce : auditWorld)({ stack: { environmentFor } });
    const all = await readEvidence(environmentFor);
    const evidence = isOurs ? all : onlyOf(diary, all);
    const ids = spread([...evidence.entries.keys()], options.replaysMax);
    const bundle = path.join(projectRoot, 'dist', 'workflow-bundle.js');
    const replays = await replayFailures(arena, bundle, ids);
    const after = await countMarket(api, market);
    const rebuilds = await verifyServices(environmentFor);
    const accused = isOurs ? await auditorAccuses(environmentFor, options.since) : [];
    const violations: readonly Violation[] = [
      ...endsBroken(diary, evidence),
      ...openBroken(evidence),
      ...runningBroken(quiet, evidence),
      ...(isOurs ? unasked(diary, evidence) : []),
      ...rowsBroken(evidence),
      ...effectsBroken(evidence.events),
      ...goodsBroken({ market, diary, entries: evidence.entries }, after),
      ...audit.violations.map(auditViolation),
      ...accused,
      ...replays.map((detail) => ({ invariant: 'I7' as const, subject: 'replay', detail })),
      ...(isOurs ? [] : rebuilds.flatMap(rebuildViolations)),
      ...diary.wrongs.map((detail) => ({
        invariant: 'client' as const,
        subject: 'client',
        detail,
      })),
    ];
    const { events } = audit;
    return { quiet, violations, evidence, events, replayed: ids.length, rebuilds };
  } finally {
    await arena.close();
  }
}

/** What Temporal runs has a journal entry that is open (I6, I8). */
function runningBroken({ running }: Quiet, { entries }: Evidence): readonly Violation[] {
  return running.flatMap((workflowId): readonly Violation[] => {
    const entry = entries.get(workflowId);
    if (entry === undefined) {
      return [{ invariant: 'I8', subject: workflowId, detail: 'runs, and has no entry' }];
    }
    if (entry.status !== 'finished') return [];
    return [{ invariant: 'I6', subject: workflowId, detail: 'is finished, and still runs' }];
  });
}

/** What the audit says of log and read models; all else it says is about stock, money and locks. */
const ofEvents: ReadonlySet<string> = new Set([
  ...Object.keys(rebuildCodes),
  ...['TABLE_NOT_CONTIGUOUS', 'TABLE_HASH_WRONG', 'NOT_PUBLISHED', 'NOT_IN_LOG', 'NOT_IN_TABLE'],
  ...['HISTORY_FORKED', 'LOG_OUT_OF_ORDER', 'RECORD_BROKEN', 'NOT_PROJECTED', 'DEAD_LETTER'],
  'LOG_TRUNCATED',
]);

function auditViolation({ code, service, subject, detail }: AuditViolation): Violation {
  const invariant = code === 'SAGA_NOT_ENDED' ? 'I8' : ofEvents.has(code) ? 'I5' : 'I4';
  return { invariant, subject, detail: `${code} ${service} ${detail}` };
}

function rebuildViolations({
  service,
  verdict,
  findings,
  counts,
}: RebuildReport): readonly Violation[] {
  if (verdict === 'equal') return [];
  const first = JSON.stringify(findings[0] ?? counts);
  return [{ invariant: 'I5', subject: service, detail: `rebuild: ${verdict} ${first}` }];
}

/** So many of them, evenly spread. */
function spread(all: readonly string[], max: number): readonly string[] {
  if (all.length <= max) return all;
  return Array.from(
    { length: max },
    (_, index) => all[Math.floor((index * all.length) / max)] ?? '',
  );
}
