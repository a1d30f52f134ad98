import { wordsOf } from '../kernel/faults';
import type { AuditFinding } from './codes';
import type { SagaAudit } from './family';
import type { ServiceMark } from './ledger/port';
import { auditLimits } from './options';
import type { AuditParts, ServiceUnderAudit } from './options';
import { openJudge } from './pass/judge';
import { openServiceAudit } from './pass/service-audit';
import type { ServiceAudit, ServiceStep } from './pass/service-audit';

/** What one pass saw of one service; `away` where its database or its log could not be asked: nothing is told then. */
export type ServicePass =
  | ({ readonly name: string; readonly away?: never } & ServiceStep)
  | { readonly name: string; readonly away: string };

/** What one pass over every service has done. */
export interface AuditPass {
  readonly services: readonly ServicePass[];
  /** Findings that were not known before. */
  readonly found: readonly AuditFinding[];
  readonly judgedSagas: number;
  readonly tookMs: number;
}

/** The incremental audit of a whole system; see README.md beside this file. */
export interface Auditor {
  /** One pass over every service, and over the sagas that have ended. Rejects only where the ledger is away. */
  pass(): Promise<AuditPass>;
}

export interface AuditorOptions extends AuditParts {
  readonly services: readonly ServiceUnderAudit[];
  readonly sagas: readonly SagaAudit[];
}

/**
 * Builds an auditor that goes on where its ledger was left. Reads databases and log, and writes to its ledger
 * alone.
 */
export function createAuditor(options: AuditorOptions): Auditor {
  const { services, sagas, ledger, now } = options;
  const audits = services.map((one) => openServiceAudit(options, one));
  const stores = services.map(({ service: { name }, store }) => ({ name, store }));
  const limitMax = auditLimits.familiesMax;
  const judge = openJudge({ ledger, sagas, stores, now, limitMax });
  return {
    async pass() {
      const startedMs = now();
      const passes = await Promise.all(audits.map(stepOf));
      const cleared = Math.min(...audits.map((audit) => audit.clearedMs()));
      const { judged, found, away } = await judgeSagas(cleared, passes);
      return {
        services: passes.map((one) => (away === undefined || one.name !== 'sagas' ? one : away)),
        found: [...passes.flatMap((one) => (one.away === undefined ? one.found : [])), ...found],
        judgedSagas: judged,
        tookMs: now() - startedMs,
      };
    },
  };

  async function judgeSagas(clearedMs: number, passes: readonly ServicePass[]): Promise<Judged> {
    const nothing = { judged: 0, found: [] };
    const journal = passes.find(({ name }) => name === 'sagas');
    const mark: ServiceMark | undefined = journal?.away === undefined ? journal?.mark : undefined;
    if (mark === undefined) return nothing;
    try {
      const { judged, findings } = await judge(clearedMs);
      if (judged.length === 0) return nothing;
      const found = await ledger.commit({ service: 'sagas', mark, judged, findings });
      return { judged: judged.length, found };
    } catch (error) {
      // What services found is written down and has to be told: they go on, and sagas are judged another time.
      if (!awayCodes.has(codeOf(error))) throw error;
      return { ...nothing, away: awayPass('sagas', error) };
    }
  }
}

interface Judged {
  readonly judged: number;
  readonly found: readonly AuditFinding[];
  /** Why no saga is judged. */
  readonly away?: ServicePass;
}

/** Codes of a dependency that is away, and of a row that does not open: the audit of this service waits. */
const awayCodes = new Set([
  ...['STORE_UNAVAILABLE', 'STORE_CONFLICT', 'LOG_UNAVAILABLE', 'LOG_TIMEOUT', 'TOPIC_MISSING'],
  ...['TOPIC_READ_TIMEOUT', 'LOG_FORBIDDEN', 'KEYS_UNAVAILABLE', 'CIPHERTEXT_REFUSED'],
]);

const codeOf = (error: unknown): string => (error as { readonly code?: string }).code ?? '';

function awayPass(name: string, error: unknown): ServicePass {
  const code = codeOf(error);
  return { name, away: `${code} ${wordsOf({ code, message: (error as Error).message })}` };
}

async function stepOf(audit: ServiceAudit): Promise<ServicePass> {
  try {
    return { name: audit.name, ...(await audit.step()) };
  } catch (error) {
    if (!awayCodes.has(codeOf(error))) throw error;
    return awayPass(audit.name, error);
  }
}
