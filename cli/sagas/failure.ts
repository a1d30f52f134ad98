import type { ApiAnswer } from '../up/api-client';

/** Exit codes of `holdfast sagas`, the same for good. */
export const exitCodes = { done: 0, failed: 1, usage: 2, notFound: 3, refused: 4 } as const;

/** Ends a command: `code` says what happened, `fix` what to do next, `exitCode` is what a script sees. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  readonly fix?: string;

  constructor(
    readonly code: string,
    message: string,
    readonly exitCode: number,
    fix?: string,
  ) {
    super(message);
    if (fix !== undefined) this.fix = fix;
  }
}

function exitCodeOf(status: number): number {
  if (status === 404) return exitCodes.notFound;
  return status >= 400 && status < 500 && ![401, 408, 429].includes(status)
    ? exitCodes.refused
    : exitCodes.failed;
}

const nextMark = '; next: ';

/** What is not an answer but a problem, with its code and the next step that the gateway named. */
export function failureOf({ status, body }: Pick<ApiAnswer, 'status' | 'body'>): CommandFailed {
  const code = typeof body.code === 'string' ? body.code : `HTTP_${status}`;
  const errors = Array.isArray(body.errors) ? (body.errors as Record<string, unknown>[]) : [];
  const told = typeof body.detail === 'string' ? body.detail : 'no reason was given';
  const [detail = told, next] = told.split(nextMark);
  const parts = errors.map(({ pointer, detail: why }) => `\n  ${String(pointer)}: ${String(why)}`);
  const away =
    body.retryable === true ? 'the same command may succeed in a few seconds' : undefined;
  return new CommandFailed(code, `${detail}${parts.join('')}`, exitCodeOf(status), next ?? away);
}
