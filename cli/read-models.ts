import type { Config } from '../platform/runtime/config';
import { processConfigs, startIt } from './process-access';

/** The configuration of this process where the environment names one, else the projector's of the stack in `state`. */
export function readModelConfig(state: string): Config {
  return processConfigs(state)('projector');
}

const nextSteps: Readonly<Record<string, string>> = {
  LOG_FORBIDDEN: 'run it as the projector, as admin, or as the stack of --state',
  LOG_TIMEOUT: startIt,
  LOG_UNAVAILABLE: startIt,
  STORE_CONFLICT: 'run it again; it goes on where it stopped',
  STORE_UNAVAILABLE: startIt,
  TOPIC_MISSING: 'start the stack once, or look at HOLDFAST_INSTANCE',
  TOPIC_READ_TIMEOUT: startIt,
};

/** What to do about what keeps a command from the log or from the read models; undefined for codes of other origin. */
export function readModelStep(code: string): string | undefined {
  return nextSteps[code];
}
