import { parseConfig } from '../platform/runtime/config';
import type { Config } from '../platform/runtime/config';
import { recallEnvironment } from '../stack/recall';

/** The configuration of this process where the environment names one, else the projector's of the stack in `state`. */
export function readModelConfig(state: string): Config {
  if (process.env.HOLDFAST_NAME) return parseConfig(process.env);
  return parseConfig(recallEnvironment(state)('projector'));
}

const away = 'start it, or look at where it should be and at the certificates, and run this again';

const nextSteps: Readonly<Record<string, string>> = {
  LOG_FORBIDDEN: 'run it as the projector, as admin, or as the stack of --state',
  LOG_TIMEOUT: away,
  LOG_UNAVAILABLE: away,
  STORE_CONFLICT: 'run it again; it goes on where it stopped',
  STORE_UNAVAILABLE: away,
  TOPIC_MISSING: 'start the stack once, or look at HOLDFAST_INSTANCE',
  TOPIC_READ_TIMEOUT: away,
};

/** What to do about what keeps a command from the log or from the read models; undefined for codes of other origin. */
export function readModelStep(code: string): string | undefined {
  return nextSteps[code];
}
