import type { paths } from '../../../client/api';
import type { LogEvent, Overview, ProjectionLag, SystemAnswer, Unreadable } from './answers';

type Problem = { readonly content: { readonly 'application/problem+json': ProblemBody } };
type ProblemBody = paths['/sagas']['get']['responses'][400]['content']['application/problem+json'];

type Read<Answer, Query = never> = {
  readonly get: {
    readonly parameters: { readonly query?: Query };
    readonly responses: {
      readonly 200: { readonly content: { readonly 'application/json': Answer } };
      readonly 400: Problem;
    };
  };
};

/** What the events of the log are looked for by. */
export interface EventQuery {
  readonly aggregate?: string;
  readonly saga?: string;
  readonly service?: string;
  readonly type?: string;
  readonly since?: string;
  readonly limit?: number;
}

/** Operations that were made for the console. */
interface OwnPaths {
  readonly '/overview': Read<Overview, { readonly minutes?: number }>;
  readonly '/system': Read<SystemAnswer>;
  readonly '/events': Read<{ readonly events: (LogEvent | Unreadable)[] }, EventQuery>;
  readonly '/projections': Read<{ readonly projections: ProjectionLag[] }>;
}

/** Everything the console asks for. Its own operations are typed here: their answers are told in `answers.ts`. */
export type ConsolePaths = Omit<paths, keyof OwnPaths> & OwnPaths;
