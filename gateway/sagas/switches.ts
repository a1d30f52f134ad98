import type { SwitchAnswer, SwitchRequest, SwitchState } from '../../platform/saga/verbs';
import type { Log } from '../../platform/runtime/log';
import { gatewayProblem } from '../problems';
import type { Delivery } from './engine';

/** Where the switches of saga types are kept: in the journal, behind a workflow of the orchestrator. */
export interface SwitchEngine {
  /** Every switch as it stands, by the last turn or else by the journal. May throw SAGA_ENGINE_UNAVAILABLE. */
  lastSwitch(): Promise<SwitchAnswer>;
  /** Turns one, within 5 s; the same `jti` again changes nothing. */
  turnSwitch(request: SwitchRequest): Promise<Delivery>;
}

/** Which types of sagas may start. */
export interface SagaSwitches {
  /** Every switch that was ever turned, by saga. May throw. */
  read(): Promise<ReadonlyMap<string, SwitchState>>;
  turn(request: SwitchRequest): Promise<Delivery>;
  /** Throws SAGA_TYPE_STOPPED. Where it was never known, starts go on: the orchestrator looks once more. */
  assertOpen(saga: string): Promise<void>;
}

/** How long an answer is used for starts, and how long a start waits for one. */
export const switchLimits = { freshMs: 2_000, waitMs: 500 } as const;

type Known = ReadonlyMap<string, SwitchState>;

/** Reads switches at most every 2 s, whatever number of sagas start. */
export function createSwitches(
  engine: SwitchEngine,
  { log, now = Date.now }: { readonly log: Log; readonly now?: () => number },
): SagaSwitches {
  let held: { readonly at: number; readonly known: Promise<Known> } | undefined;
  let lastKnown: Known = new Map();
  const ask = async (): Promise<Known> => {
    const answer = await engine.lastSwitch();
    lastKnown = new Map(answer.switches.map((state) => [state.saga, state]));
    return lastKnown;
  };
  const cached = (): Promise<Known> => {
    if (held === undefined || now() - held.at >= switchLimits.freshMs) {
      held = { at: now(), known: ask() };
    }
    return held.known;
  };
  const within = (known: Promise<Known>): Promise<Known> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('no answer in time')), switchLimits.waitMs);
    });
    return Promise.race([known, late]).finally(() => clearTimeout(timer));
  };
  return {
    read: ask,
    async turn(request) {
      const delivery = await engine.turnSwitch(request);
      held = undefined;
      return delivery;
    },
    async assertOpen(saga) {
      const known = await within(cached()).catch((error: unknown) => {
        log.warn('the switches of saga types could not be read', { error });
        return lastKnown;
      });
      const found = known.get(saga);
      if (found?.stopped !== true) return;
      const { actor, since, reason } = found;
      throw gatewayProblem('SAGA_TYPE_STOPPED', {
        detail: `stopped by ${actor} since ${since}: ${reason}`,
        retryAfterSeconds: 60,
      });
    },
  };
}
