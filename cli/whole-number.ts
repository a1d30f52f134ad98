import { InvalidArgumentError } from 'commander';

/** Parser of an option that counts something: 1 to `max`. Otherwise commander says what is `expected`. */
export function wholeNumber(
  max: number = Number.MAX_SAFE_INTEGER,
  expected = 'a whole number above 0 is expected.',
): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && value > 0 && value <= max) return value;
    throw new InvalidArgumentError(expected);
  };
}
