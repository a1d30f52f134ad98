import type { RequestHandler } from 'express';
import { scrub } from '../runtime/log';

const probeTimeoutMs = 2_000;
const reasonLengthMax = 200;

/** Answer of one readiness check. */
export interface CheckReport {
  readonly ready: boolean;
  /** The process can do without it; only reported. */
  readonly optional?: true;
  /** Why not; never a secret. */
  readonly reason?: string;
}

export interface ReadinessReport {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, CheckReport>>;
}

/** Liveness says the process answers; readiness says it can do its work, and if not, why. */
export interface Health {
  /**
   * Adds a check; `probe` rejects (or takes over 2 s) when the dependency cannot be used. An optional one is reported
   * and changes nothing.
   */
  check(name: string, probe: () => Promise<unknown>, need?: 'required' | 'optional'): void;
  /** From now on not ready: the process is about to stop. */
  drain(): void;
  /** Aborted from then on. */
  readonly draining: AbortSignal;
  readiness(): Promise<ReadinessReport>;
  /** GET /healthz: always 200 while the process answers. */
  readonly liveness: RequestHandler;
  /** GET /readyz: 200, or 503 with the reasons. */
  readonly readinessHandler: RequestHandler;
  /**
   * GET /startupz: 503 with the reasons until the process was ready for the first time, 200 from then on, whatever
   * becomes of its dependencies: for supervisors that ask for nothing else before.
   */
  readonly startupHandler: RequestHandler;
}

async function run(probe: () => Promise<unknown>): Promise<CheckReport> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = new Error(`no answer within ${probeTimeoutMs} ms`);
    timer = setTimeout(() => reject(error), probeTimeoutMs);
  });
  try {
    await Promise.race([probe(), late]);
    return { ready: true };
  } catch (error) {
    const message = error instanceof Error ? error.message || error.name : String(error);
    return { ready: false, reason: scrub(message).slice(0, reasonLengthMax) };
  } finally {
    clearTimeout(timer);
  }
}

/** Builds the health of a process. Checks run in parallel, each bounded by 2 s, at each question. */
export function createHealth(): Health {
  const probes = new Map<string, { probe: () => Promise<unknown>; optional: boolean }>();
  const draining = new AbortController();
  let hasStarted = false;

  async function readiness(): Promise<ReadinessReport> {
    if (draining.signal.aborted) {
      return { ready: false, checks: { process: { ready: false, reason: 'stopping' } } };
    }
    const entries = await Promise.all(
      [...probes].map(async ([name, { probe, optional }]): Promise<[string, CheckReport]> => {
        const report = await run(probe);
        return [name, optional ? { ...report, optional } : report];
      }),
    );
    const ready = entries.every(([, one]) => one.ready || one.optional === true);
    hasStarted ||= ready;
    return { ready, checks: Object.fromEntries(entries) };
  }

  return {
    check: (name, probe, need = 'required') => {
      probes.set(name, { probe, optional: need === 'optional' });
    },
    drain: () => draining.abort(),
    draining: draining.signal,
    readiness,
    liveness: (_request, response) => {
      response.set('cache-control', 'no-store').json({ status: 'alive' });
    },
    readinessHandler: async (_request, response) => {
      const report = await readiness();
      response.status(report.ready ? 200 : 503).set('cache-control', 'no-store');
      response.json({ status: report.ready ? 'ready' : 'not ready', checks: report.checks });
    },
    startupHandler: async (_request, response) => {
      const { checks } = hasStarted ? { checks: {} } : await readiness();
      response.status(hasStarted ? 200 : 503).set('cache-control', 'no-store');
      response.json({ status: hasStarted ? 'started' : 'starting', checks });
    },
  };
}
