/** Oldest first, by times as RFC 3339 writes them; what has the same time stays as it stands. */
export function inOrder<One extends { readonly time: string }>(
  all: readonly One[],
): readonly One[] {
  return [...all].sort((one, other) =>
    one.time < other.time ? -1 : one.time > other.time ? 1 : 0,
  );
}
