import { answerOf } from '../gateway/problem';
import type {
  GroupReport,
  LetterGroup,
  LetterLine,
  LetterReport,
  WholeLetter,
} from '../gateway/saga-answers';
import { useGateway } from '../gateway/use-gateway';
import type { LetterFamily } from '../parts/addresses';

export type LetterVerb = 'retry' | 'edit' | 'discard';

/** A dry run shows what would change; without one a reason is needed, and a key. */
export type LetterTold =
  | { readonly dryRun: true }
  | { readonly dryRun: false; readonly reason: string; readonly key: string };

export interface LetterPart {
  readonly letters: readonly LetterLine[];
  readonly next?: string;
}

/** The same operations for both families, whose paths differ by their beginning. */
export interface LetterDesk {
  readonly groups: (signal: AbortSignal) => Promise<readonly LetterGroup[]>;
  readonly list: (
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ) => Promise<LetterPart>;
  readonly letter: (id: string, signal: AbortSignal) => Promise<WholeLetter>;
  readonly act: (
    id: string,
    verb: LetterVerb,
    told: LetterTold & { readonly payload?: unknown },
  ) => Promise<LetterReport>;
  readonly retryGroup: (group: string, told: LetterTold) => Promise<GroupReport>;
}

function sent(told: LetterTold & { readonly payload?: unknown }) {
  const { dryRun, payload } = told;
  const reason = told.dryRun ? {} : { reason: told.reason };
  const header = told.dryRun ? {} : { 'Idempotency-Key': told.key };
  return { header, body: { dryRun, ...reason, ...(payload === undefined ? {} : { payload }) } };
}

/** Dead letters of one family. */
export function useLetters(family: LetterFamily): LetterDesk {
  const { api } = useGateway();
  // The reactions' operations have the very types of the read models'.
  const below = (family === 'reactions' ? '/reactions' : '') as '';
  return {
    groups: async (signal) => {
      const { groups } = await answerOf(api.GET(`${below}/dead-letter-groups`, { signal }));
      return groups as unknown as readonly LetterGroup[];
    },
    list: async (query, signal) => {
      const params = { query: query as object };
      return await answerOf(api.GET(`${below}/dead-letters`, { params, signal }));
    },
    letter: async (id, signal) => {
      const params = { path: { id } };
      const found = await answerOf(api.GET(`${below}/dead-letters/{id}`, { params, signal }));
      return found;
    },
    act: (id, verb, told) => {
      const { header, body } = sent(told);
      const options = { params: { path: { id }, header }, body: body as never };
      return answerOf(api.POST(`${below}/dead-letters/{id}/${verb}`, options));
    },
    retryGroup: (group, told) => {
      const { header, body } = sent(told);
      const options = { params: { path: { group }, header }, body };
      return answerOf(api.POST(`${below}/dead-letter-groups/{group}/retry`, options));
    },
  };
}
