/** A problem as the pages show it. */
export interface ShownProblem {
  readonly title: string;
  readonly code: string;
  readonly detail?: string;
  readonly requestId?: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

/** Thrown for an answer that is a problem, and where there was no answer. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';

  constructor(readonly problem: ShownProblem) {
    super(`${problem.code}: ${problem.title}`);
  }
}

/** Codes of the page itself: `GET /problems/{code}` does not know them, so what to do is written here. */
export const pageProblems: Readonly<Record<string, { title: string; next: string }>> = {
  NO_ANSWER: {
    title: 'The gateway did not answer',
    next: 'look whether this machine reaches the gateway, then try again; nothing that was sent under a key is done twice',
  },
  ANSWER_UNREADABLE: {
    title: 'The answer could not be read',
    next: 'load the page again: the console may be of another version than its gateway',
  },
};

function ownProblem(code: string, detail: string): ShownProblem {
  return { code, title: pageProblems[code]?.title ?? code, detail };
}

interface Body {
  readonly title?: unknown;
  readonly code?: unknown;
  readonly detail?: unknown;
  readonly requestId?: unknown;
  readonly errors?: ShownProblem['errors'];
}

/** What a page shows for the body of an error answer. */
export function problemFrom(body: unknown, status: number): ShownProblem {
  const { title, code, detail, requestId, errors } = (body ?? {}) as Body;
  if (typeof code !== 'string' || typeof title !== 'string')
    return ownProblem('ANSWER_UNREADABLE', `status ${status}`);
  return {
    ...{ title, code },
    ...(typeof detail === 'string' ? { detail } : {}),
    ...(typeof requestId === 'string' ? { requestId } : {}),
    ...(Array.isArray(errors) ? { errors } : {}),
  };
}

/** What a page shows for anything that was thrown. */
export function problemOf(error: unknown): ShownProblem {
  if (error instanceof ProblemError) return error.problem;
  return ownProblem('NO_ANSWER', error instanceof Error ? error.message : String(error));
}

interface Answered<Data> {
  readonly data?: Data | undefined;
  readonly error?: unknown;
  readonly response: { readonly status: number };
}

/** The data of an answer; throws {@link ProblemError} where it is a problem. */
export async function answerOf<Data>(asked: Promise<Answered<Data>>): Promise<Data> {
  const { data, error, response } = await asked;
  if (error !== undefined || data === undefined)
    throw new ProblemError(problemFrom(error, response.status));
  return data;
}
