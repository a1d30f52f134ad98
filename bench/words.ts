/** Words on the command line that mean nothing here. */
export class UsageError extends Error {}

/** What `parse` makes of the command line; what it does not take is a {@link UsageError}. */
export function parsed<Told>(parse: () => Told): Told {
  try {
    return parse();
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** One whole number above 0, or several with commas between them where there may be. Throws {@link UsageError}. */
export function numbersOf(option: string, text: string, isList: boolean): readonly number[] {
  const numbers = [...new Set(text.split(',').map(Number))];
  const isRight = numbers.every((value) => Number.isSafeInteger(value) && value > 0);
  if (isRight && (isList || numbers.length === 1)) return numbers;
  throw new UsageError(`--${option} ${text}: a whole number above 0 is expected`);
}

/** Names with commas between them, each one of those there are. Throws {@link UsageError}, which calls one a `noun`. */
export function namesOf<Name extends string>(
  text: string,
  known: readonly Name[],
  noun: string,
): readonly Name[] {
  const isKnown = (name: string): name is Name => (known as readonly string[]).includes(name);
  const wanted = text.split(',');
  const strange = wanted.find((name) => !isKnown(name));
  if (strange !== undefined) throw new UsageError(`--only ${strange}: there is no such ${noun}`);
  return wanted.filter(isKnown);
}
