const liveMs = 200;
const plainMs = 5_000;

/** Standard error, as far as a printer needs it. */
export interface LineOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** One line that is written over on a terminal; elsewhere a line now and then. `done` clears it. */
export function linePrinter(output: LineOutput) {
  const everyMs = output.isTTY ? liveMs : plainMs;
  let nextMs = performance.now() + everyMs;
  return {
    show(line: string): void {
      const nowMs = performance.now();
      if (nowMs < nextMs) return;
      nextMs = nowMs + everyMs;
      output.write(output.isTTY ? `\r\u001b[2K${line}` : `${line}\n`);
    },
    done(): void {
      if (output.isTTY) output.write('\r\u001b[2K');
    },
  };
}
