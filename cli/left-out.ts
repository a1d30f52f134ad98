const count = (value: number): string => value.toLocaleString('en');

/** The line of a report about findings that were counted and not told; nothing where all were told. */
export function leftOut(counts: Readonly<Partial<Record<string, number>>>, told: number): string[] {
  const entries = Object.entries(counts).map(([code, times = 0]) => [code, times] as const);
  const all = entries.reduce((sum, [, times]) => sum + times, 0);
  if (all === told) return [];
  const each = entries.map(([code, times]) => `${code} ${count(times)}`);
  return [`  ${count(all - told)} more; in all ${each.join(', ')}`];
}
