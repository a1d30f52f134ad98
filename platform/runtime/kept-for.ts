export interface KeptOptions {
  /** How long an answer stands, milliseconds. */
  readonly keptMs: number;
  readonly now?: () => number;
}

/**
 * Makes an answer once for everybody who asks within a while, for each key by itself. What failed is not kept, and keys
 * that nobody asks for any more are forgotten.
 */
export function keptFor<Key, Value>(
  make: (key: Key) => Promise<Value>,
  { keptMs, now = Date.now }: KeptOptions,
): (key: Key) => Promise<Value> {
  const kept = new Map<Key, { readonly made: Promise<Value>; readonly untilMs: number }>();
  return (key) => {
    const known = kept.get(key);
    if (known !== undefined && now() < known.untilMs) return known.made;
    for (const [other, { untilMs }] of kept) if (now() >= untilMs) kept.delete(other);
    const made = make(key);
    kept.set(key, { made, untilMs: now() + keptMs });
    // Not a later one, which may have been made since.
    made.catch(() => void (kept.get(key)?.made === made && kept.delete(key)));
    return made;
  };
}
