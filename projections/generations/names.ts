/**
 * Under which name a generation of a projection keeps checkpoints, positions, rows and letters: the projection's own
 * for the first, `<projection>#<number>` for those that were built by a replay.
 */
export function generationName(projection: string, number: number): string {
  return number === 1 ? projection : `${projection}#${number}`;
}

/** The projection of a generation's name. */
export function projectionOf(name: string): string {
  return name.split('#')[0] ?? name;
}

/** SQL for {@link projectionOf}. Indexes of a projection's rows say exactly this, so queries must as well. */
export function projectionExpression(column: string): string {
  return `split_part(${column}, '#', 1)`;
}

/**
 * SQL for the era of a generation: milliseconds since 1970 when it became the one that is read, 0 for one that always
 * was. `alias` is that of the table of generations. It grows with every switch, whichever way that goes.
 */
export function eraOf(alias: string): string {
  return `coalesce((extract(epoch from ${alias}.switched_at) * 1000)::bigint, 0)`;
}

/** SQL for the name of the generation that is read; `projection` is SQL for the projection's name. */
export function liveName(projection: string): string {
  return `(select name from generations where projection = ${projection} and state = 'live')`;
}
