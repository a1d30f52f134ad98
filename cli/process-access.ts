import path from 'node:path';
import { connectWholeLog } from '../platform/archive/reading/whole-log';
import { connectLog } from '../platform/event-log/kafka';
import type { EventLog, LogConnection } from '../platform/event-log/kafka';
import { sealedLog } from '../platform/event-log/sealed-log';
import { parseConfig } from '../platform/runtime/config';
import type { Config } from '../platform/runtime/config';
import { silentLog } from '../platform/runtime/log';
import { openKeyring } from '../platform/security/keys/keyring';
import { readCredentials } from '../platform/security/tls';
import { recallEnvironment } from '../stack/recall';

/** The configuration of a process: of this one where the environment names it, else of the stack in `state`. */
export function processConfigs(state: string): (name: string) => Config {
  if (process.env.HOLDFAST_NAME) {
    const own = parseConfig(process.env);
    return () => own;
  }
  const environmentOf = recallEnvironment(state);
  const { HOLDFAST_ARCHIVE_DIR = path.resolve(state, 'archive'), HOLDFAST_LOG_RETENTION_DAYS } =
    process.env;
  const told = { HOLDFAST_ARCHIVE_DIR, HOLDFAST_LOG_RETENTION_DAYS };
  return (name) => parseConfig({ ...environmentOf(name), ...told });
}

/**
 * The event log with a process's identity and keys, for one command, and before it what the archive has of it;
 * `purpose` is told to the brokers. Close it afterwards.
 */
export function openLog(config: Config, purpose: string): EventLog {
  const log = connectWholeLog(connectionOf(config, purpose), config.HOLDFAST_ARCHIVE_DIR);
  const keys = openKeyring(config, { log: silentLog });
  const sealed = sealedLog(log, { keys, instance: config.HOLDFAST_INSTANCE });
  const close = async (): Promise<void> => {
    await sealed.close();
    await keys.close();
  };
  return { ...sealed, close };
}

/** Without the archive, and without keys: what the brokers hold, byte for byte. */
export function openBrokers(config: Config, purpose: string): EventLog {
  return connectLog(connectionOf(config, purpose));
}

function connectionOf(config: Config, purpose: string): LogConnection {
  return {
    brokers: config.HOLDFAST_KAFKA_BROKERS,
    clientId: `${config.HOLDFAST_NAME}-${purpose}`,
    credentials: () => readCredentials(config),
    log: silentLog,
  };
}

/**
 * What the names of a command's consumer groups begin with: a process reads in groups of its own alone, a service in
 * those of its relay.
 */
export function groupPrefixOf({ HOLDFAST_NAME: name }: Config, purpose: string): string {
  const reads = name === 'projector' || name === 'auditor';
  return `${reads ? name : `${name}-relay`}-${purpose}`;
}

/** What to do about content that does not open, by code. */
export const sealedSteps = {
  KEYS_UNAVAILABLE:
    'start the process keys, and run it as a process that may have the keys of this store: docs/keys.md',
  CIPHERTEXT_REFUSED:
    'the named row was changed, moved, or never sealed: look into docs/encryption-at-rest.md',
} as const;

/** What to do about something that does not answer. */
export const startIt =
  'start it, or look at where it should be and at the certificates, and run this again';
