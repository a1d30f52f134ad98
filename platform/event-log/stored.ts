import type { LogRecord, StoredHeader, StoredMessage, TopicPartition } from './ports';

/** What our readers see of a stored message: texts, of a header that repeats the first, nothing as the empty text. */
export function recordOf(
  { topic, partition }: TopicPartition,
  offset: string,
  stored: StoredMessage,
): LogRecord {
  const { key, value } = stored;
  const headers = Object.entries(stored.headers).map(([name, given]) => {
    return [name, textOf(Array.isArray(given) ? (given as StoredHeader[])[0] : given)] as const;
  });
  return {
    ...{ topic, partition, offset, key: textOf(key), value: textOf(value) },
    ...{ headers: Object.fromEntries(headers), stored },
  };
}

function textOf(given: unknown): string {
  return (given as StoredHeader | undefined)?.toString() ?? '';
}
