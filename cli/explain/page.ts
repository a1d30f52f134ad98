/** What a person is told of one code. */
export interface ErrorPage {
  /** What happened and why it can happen, in one or two sentences; a code of several senses says each. */
  readonly means: string;
  /** What to do, in one line. Left out where the table of the API’s problems says it. */
  readonly next?: string;
  /** Where more is written: a page below `docs/`, with the heading where that helps. */
  readonly docs?: string;
}

export type ErrorPages = Readonly<Record<string, ErrorPage>>;
