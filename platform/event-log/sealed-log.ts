import { isFault } from '../kernel/faults';
import type { Keyring, Vault } from '../security/keys/vault';
import type { EventLog } from './kafka';
import type { LogMessage, LogReader, LogRecord } from './ports';
import { deadLetterTopic, serviceOfTopic } from './topics';

/** What the log says of a value that is sealed; our readers see `application/json` once it was opened. */
export const sealedContentType = 'application/vnd.holdfast.sealed';

/** Content type that readers see of a value which was not sealed, or did not open: no event has it. */
export const refusedContentType = 'application/vnd.holdfast.refused';

/** Where the keys of a process are. */
export interface LogKeys {
  readonly keys: Pick<Keyring, 'vault' | 'ready'>;
  /** Of the process: topics carry its name. */
  readonly instance: string;
}

/**
 * The log with its values sealed: everything that is appended goes out encrypted, and what readers get was opened.
 * The topic says whose key it is, `events.<service>`, or `letters` for copies of dead letters; the place is the event's
 * source, id and key, so a value moved to another event does not open, while the same event may stand at several
 * offsets, as repeats and imports do. Keys, ids, types, times and hashes stay clear: broker, relay and operators work
 * with them. Stored bytes, as the archive exports them, stay sealed.
 *
 * A value that is plaintext or does not open is handed on with the content type {@link refusedContentType}, which no
 * decoder takes: one forged record is a dead letter and stops nobody. A key that is not known here, or a key store that
 * is away, throws `KEYS_UNAVAILABLE` instead, and the reader comes back to the record.
 */
export function sealedLog<Log extends EventLog>(log: Log, { keys, instance }: LogKeys): Log {
  const vaultOf = (topic: string): Vault => {
    if (topic === deadLetterTopic(instance)) return keys.vault('letters');
    return keys.vault(`events.${serviceOfTopic(topic, instance)}`);
  };
  const { writer } = log;
  return {
    ...log,
    writer: {
      connect: (timeoutMs) => writer.connect(timeoutMs),
      append: async (topic, partition, messages, timeoutMs) => {
        const vault = vaultOf(topic);
        await keys.ready();
        const sealed = messages.map((message) => sealMessage(message, vault));
        await writer.append(topic, partition, sealed, timeoutMs);
      },
      close: () => writer.close(),
    },
    startConsumer: (reader) => {
      reader.topics.forEach(vaultOf);
      return log.startConsumer(openingReader(reader, { ready: () => keys.ready(), vaultOf }));
    },
  };
}

interface Opening {
  readonly ready: () => Promise<void>;
  readonly vaultOf: (topic: string) => Vault;
}

function openingReader(reader: LogReader, { ready, vaultOf }: Opening): LogReader {
  return {
    ...reader,
    assigned: async (places, flow) => {
      await ready();
      await reader.assigned(places, flow);
    },
    read: (batch, flow) => {
      const vault = vaultOf(batch.topic);
      const records = batch.records.map((record) => openRecord(record, vault));
      const opened = {
        ...{ topic: batch.topic, partition: batch.partition, high: batch.high, records },
        isCurrent: () => batch.isCurrent(),
        heartbeat: () => batch.heartbeat(),
      };
      return reader.read(opened, flow);
    },
  };
}

/** A message as it goes to the broker. Throws `KEYS_UNAVAILABLE`: nothing leaves in plaintext. */
export function sealMessage(message: LogMessage, vault: Vault): LogMessage {
  const { key, value, headers } = message;
  const place = placeOf(message);
  const { ce_steprecord: image } = headers;
  const sealedImage =
    image === undefined ? {} : { ce_steprecord: vault.seal(image, imageOf(place)) };
  return {
    key,
    value: vault.seal(value, place),
    headers: { ...headers, ...sealedImage, 'content-type': sealedContentType },
  };
}

/** A record as our readers see it. */
export function openRecord(record: LogRecord, vault: Vault): LogRecord {
  try {
    return { ...record, ...opened(record, vault) };
  } catch (error) {
    if (!isFault(error) || error.code !== 'CIPHERTEXT_REFUSED') throw error;
    return { ...record, headers: { ...record.headers, 'content-type': refusedContentType } };
  }
}

function opened(record: LogRecord, vault: Vault): Pick<LogRecord, 'value' | 'headers'> {
  const place = placeOf(record);
  const { ce_steprecord: image } = record.headers;
  const openedImage =
    image === undefined ? {} : { ce_steprecord: textOf(vault.open(image, imageOf(place))) };
  return {
    value: textOf(vault.open(record.value, place)),
    headers: { ...record.headers, ...openedImage, 'content-type': 'application/json' },
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function placeOf({ key, headers }: Pick<LogMessage, 'key' | 'headers'>): readonly string[] {
  return ['log', headers.ce_source ?? '', headers.ce_id ?? '', key];
}

function imageOf(place: readonly string[]): readonly string[] {
  return [...place, 'steprecord'];
}
