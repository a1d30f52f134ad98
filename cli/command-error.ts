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

/**
 * The same for whatever kept a command from its end, with the next step by its code; what is no error stays as it is.
 */
export function unfinished(
  error: unknown,
  exitCode: number,
  next: Readonly<Record<string, string>>,
): unknown {
  if (!(error instanceof Error)) return error;
  return withExitCode(error, exitCode, next[(error as { code?: string }).code ?? '']);
}

/** Something that is never done by accident, and was not confirmed: wrong usage. */
export function notConfirmed(what: string): Error {
  return Object.assign(new Error(`${what}; say --yes`), { code: 'NOT_CONFIRMED', exitCode: 2 });
}
