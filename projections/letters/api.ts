import { parseEvent } from '../../platform/event-log/envelope';
import type { LetterStore, LetterVerb } from '../../platform/event-log/letters/port';
import type { DeadLetter, KeptLetter } from '../../platform/event-log/letters/port';
import { serviceApi } from '../../platform/host/hosted-service';
import type { ServiceApi } from '../../platform/host/hosted-service';
import { keyOrOwn } from '../../platform/http/idempotency-key';
import { problem } from '../../platform/http/problem';
import { canonicalJson } from '../../platform/kernel/json';
import type { Answer, Call } from '../../platform/security/operations';
import { actIdOf, pseudonymOf } from '../../platform/security/pseudonym';
import { actOn } from './desk';
import type { LetterApiOptions } from './desk';
import { retryGroup } from './group';
import { letterLimits, letterOperations } from './operations';
import { letterProblem } from './problems';
import { groupView, letterView, lineView, reportView } from './views';

/** An act as it was told: who, why and under which key. */
type ActCall = Pick<Call, 'request'> & {
  readonly principal: { readonly subject: string };
  readonly body: { readonly reason?: string | undefined; readonly dryRun: boolean };
};

/**
 * Identity of an act: the same key, verb, target and body of one person are the same act; without a key each call is
 * its own.
 */
function actOf(options: LetterApiOptions, call: ActCall, verb: LetterVerb, target: string) {
  const { subject } = call.principal;
  const key = keyOrOwn(call.request);
  const id = actIdOf(['dead-letters', verb, target, subject, key, call.body]);
  return { id, verb, actor: pseudonymOf(options.issuer, subject), reason: call.body.reason ?? '' };
}

async function letterOf(store: LetterStore, id: string): Promise<KeptLetter> {
  const letter = await store.letter(id);
  if (letter === undefined) throw problem('NOT_FOUND', { detail: `there is no dead letter ${id}` });
  return letter;
}

type LetterCall = ActCall & { readonly params: { readonly id: string } };

async function act(
  options: LetterApiOptions,
  call: LetterCall,
  { verb, edited }: { readonly verb: LetterVerb; readonly edited?: string },
): Promise<Answer> {
  const { id } = call.params;
  const { dryRun } = call.body;
  const letter = await letterOf(options.store, id);
  if (edited !== undefined) demandWritable(options, letter, edited);
  const told = { ...actOf(options, call, verb, id), letterId: id };
  const full = edited === undefined ? told : { ...told, edited };
  const { report, isRepeat } = await actOn(options, letter, { act: full, dryRun });
  const headers = isRepeat ? { headers: { 'idempotent-replayed': 'true' } } : {};
  return { body: reportView(report, dryRun), ...headers };
}

/** An edited payload must be one that the event's own writer could have written. */
function demandWritable(options: LetterApiOptions, letter: DeadLetter, edited: string): void {
  const refuse = (why: string, cause?: unknown): never => {
    throw letterProblem('EDIT_INVALID', why, cause);
  };
  try {
    const event = parseEvent({ ...letter.record, value: edited });
    const { type, schema, data } = event;
    const read = options.schemas.readClosed(type, schema, data);
    if (read.verdict === 'valid') return;
    refuse(read.verdict === 'invalid' ? read.detail : `${type} ${schema} has no schema here`);
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    if (code !== 'ENVELOPE_INVALID') throw error;
    refuse(`the headers cannot be read: ${message}`, error);
  }
}

/** The API of dead letters over their store, for the process that owns the read models. */
export function openLetterApi(options: LetterApiOptions): ServiceApi {
  const { store } = options;
  return serviceApi(letterOperations, {
    async listLetterGroups({ query: { projection } }) {
      const asked = projection === undefined ? {} : { projection };
      const groups = await store.letterGroups({ ...asked, limitMax: letterLimits.groupsMax });
      return { body: { groups: groups.map(groupView) } };
    },
    async retryLetterGroup(call) {
      const { group } = call.params;
      const told = { ...call.body, group, act: actOf(options, call, 'retry', group) };
      return { body: await retryGroup(options, told) };
    },
    async listLetters({ query: { after: afterId, limit, aggregate: aggregateId, ...filter } }) {
      const asked = Object.entries({ ...filter, afterId, aggregateId });
      const given = Object.fromEntries(asked.filter(([, value]) => value !== undefined));
      const found = await store.deadLetters({ ...given, limitMax: limit + 1 });
      const letters = found.slice(0, limit).map(lineView);
      const next = found.length > limit ? letters.at(-1)?.id : undefined;
      return { body: { letters, ...(next === undefined ? {} : { next }) } };
    },
    async getLetter({ params }) {
      const letter = await letterOf(store, params.id);
      const { projection, aggregateId } = letter;
      const limitMax = letterLimits.pageMax;
      const queue = await store.deadLetters({ projection, aggregateId, limitMax });
      const acts = await store.acts(projection, aggregateId);
      return { body: letterView(letter, { queue, acts }) };
    },
    retryLetter: (call) => act(options, call, { verb: 'retry' }),
    editLetter: (call) => {
      const edited = canonicalJson(call.body.payload);
      return act(options, call, { verb: 'edit', edited });
    },
    discardLetter: (call) => act(options, call, { verb: 'discard' }),
  });
}
