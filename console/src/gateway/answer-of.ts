import type { operations } from '../../../client/api';

/** What an operation answers when all is well, as the gateway's description has it. */
export type AnswerOf<Name extends keyof operations> = operations[Name] extends {
  responses: { 200: { content: { 'application/json': infer Body } } };
}
  ? Body
  : never;
