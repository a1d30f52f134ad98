/** What is still to come, and what it means when it never does. */
export interface Remainder {
  readonly left: number;
  readonly what: string;
}

const pollMs = 50;

/** Asks until nothing is left; gives up once nothing has changed for `stallMs`, however long the whole takes. */
export async function whileItMoves(
  ask: () => Remainder | Promise<Remainder>,
  stallMs: number,
): Promise<void> {
  let least = Infinity;
  let movedMs = performance.now();
  for (;;) {
    const { left, what } = await ask();
    if (left <= 0) return;
    if (left < least) [least, movedMs] = [left, performance.now()];
    if (performance.now() - movedMs > stallMs) throw new Error(`${left} ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
