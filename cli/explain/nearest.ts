/** How many letters must be changed, added or taken out to make one word of the other. */
export function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let line = 1; line <= from.length; line += 1) {
    const next = [line];
    for (let column = 1; column <= to.length; column += 1) {
      const changed = (row[column - 1] ?? 0) + Number(from[line - 1] !== to[column - 1]);
      next.push(Math.min(changed, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

const shownMax = 3;

/** The codes that a word was most likely meant for, nearest first; none where nothing is near. */
export function nearest(word: string, codes: Iterable<string>): readonly string[] {
  const farthest = Math.max(2, Math.floor(word.length / 3));
  return [...codes]
    .map((code) => ({ code, distance: editDistance(word, code) }))
    .filter(({ distance }) => distance <= farthest)
    .sort((one, other) => one.distance - other.distance || (one.code < other.code ? -1 : 1))
    .slice(0, shownMax)
    .map(({ code }) => code);
}
