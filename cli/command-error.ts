/** Why a command of the CLI did not do what it was asked; the `holdfast` command prints code, cause and fix. */
export class CommandError extends Error {
  readonly code: string;
  /** What to do next, in one line. */
  readonly fix: string;

  constructor(
    told: { readonly code: string; readonly cause: string; readonly fix: string },
    options?: ErrorOptions,
  ) {
    super(`${told.code}: ${told.cause}`, options);
    this.name = 'CommandError';
    this.code = told.code;
    this.fix = told.fix;
  }
}

/** Gives what was thrown the exit code its command has for it, and the next step where one is known. */
export function withExitCode(error: Error, exitCode: number, fix: string | undefined): Error {
  return Object.assign(error, fix === undefined ? { exitCode } : { exitCode, fix });
}
