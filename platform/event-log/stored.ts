import type { LogRecord, StoredHeader, StoredMessage, TopicPartition } from './ports';

/** What our readers see of a stored message: texts, of a header that repeats the first, nothing as the empty text. */
export function recordOf(
  { topic, partition }: TopicPartition,
  offset: string,
  stored: StoredMessage,
): LogRecord {
  const key = textOf(stored.key);
  return {
    topic,
    partition,
    offset,
    key,
    value: textOf(stored.value),
    headers: seen(stored),
    stored,
  };
}

/** Read for every record there is: written so that nothing is made on the way. */
function seen({ headers: given }: StoredMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of Object.keys(given)) {
    const value = given[name];
    const text = textOf(Array.isArray(value) ? (value as StoredHeader[])[0] : value);
    // A name that everybody may choose, and that an assignment would take for something else.
    if (name === '__proto__')
      Object.defineProperty(headers, name, { value: text, enumerable: true });
    else headers[name] = text;
  }
  return headers;
}

function textOf(given: unknown): string {
  return (given as StoredHeader | undefined)?.toString() ?? '';
}
