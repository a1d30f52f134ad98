import type { z } from 'zod';
import { isFault } from '../../platform/kernel/faults';
import type { Json } from '../../platform/kernel/json';
import type { SagaContract } from '../../platform/saga/contract';
import type { SubjectKeys } from '../../platform/security/keys/subjects';
import { gatewayProblem } from '../problems';

type Members = Readonly<Record<string, Json>>;

/** Why a personal member is not shown. */
export type Unreadable =
  /** The person was forgotten: nobody can read it any more. */
  | 'forgotten'
  /** The key store is away; ask again. */
  | 'unavailable'
  /** It was changed or moved where it is kept. */
  | 'refused';

const personalOf = (contract: SagaContract): [string, z.ZodType][] =>
  Object.entries(contract.personal ?? {}) as [string, z.ZodType][];

/** What a personal member is bound to: the saga that took it, the object it is of, and its name. */
const placeOf = (saga: string, businessKey: string, member: string) => [saga, businessKey, member];

const requests = new WeakMap<SagaContract, z.ZodType>();

/** The input of a saga as a request has it: personal members as people write them, not as texts that are sealed. */
export function requestSchemaOf(contract: SagaContract): z.ZodType {
  const members = personalOf(contract);
  if (members.length === 0) return contract.input;
  const known = requests.get(contract);
  if (known !== undefined) return known;
  const input = contract.input as z.ZodObject<Readonly<Record<string, z.ZodType>>>;
  const written = members.map(([name, schema]) => {
    const isOptional = input.shape[name]?._zod.optin === 'optional';
    return [name, isOptional ? schema.exactOptional() : schema] as const;
  });
  const request = input.extend(Object.fromEntries(written));
  requests.set(contract, request);
  return request;
}

/** What a start needs of its request. */
export interface SealedRequest {
  /** The input of the saga, with sealed texts. */
  readonly input: Json;
  /** The same with keyed hashes in their place: equal for equal requests, and of use to nobody without the key. */
  readonly compared: Json;
}

/**
 * Seals the personal members of a request with the key of its caller. Throws the problems 503 `KEYS_UNAVAILABLE` and
 * 410 `SUBJECT_FORGOTTEN`; without such members nothing is asked of the key store.
 */
export async function sealRequest(
  subjects: SubjectKeys,
  contract: SagaContract,
  asked: { readonly request: Json; readonly subject: string; readonly businessKey: string },
): Promise<SealedRequest> {
  const { request, subject, businessKey } = asked;
  const given = request as Members;
  const names = personalOf(contract)
    .map(([name]) => name)
    .filter((name) => given[name] !== undefined);
  if (names.length === 0) return { input: request, compared: request };
  const inPlace = async (work: 'seal' | 'hash'): Promise<Members> => {
    const done = names.map(async (name) => {
      const place = placeOf(contract.name, businessKey, name);
      return [name, await subjects[work](subject, given[name] ?? null, place)] as const;
    });
    return Object.fromEntries(await Promise.all(done));
  };
  const [sealed, hashed] = await Promise.all([inPlace('seal'), inPlace('hash')]).catch(keysFailed);
  const input = contract.input.parse({ ...given, ...sealed }) as Json;
  return { input, compared: { ...given, ...hashed } };
}

function keysFailed(cause: unknown): never {
  if (!isFault(cause)) throw cause;
  if (cause.code === 'SUBJECT_FORGOTTEN') throw gatewayProblem('SUBJECT_FORGOTTEN', { cause });
  if (cause.code !== 'KEYS_UNAVAILABLE') throw cause;
  const detail = 'what belongs to a person cannot be sealed now; nothing was started';
  throw gatewayProblem('KEYS_UNAVAILABLE', { detail, retryAfterSeconds: 2, cause });
}

/** A personal member as it is kept: whose, of which object, taken by which saga. */
export interface KeptMember {
  readonly subject: string;
  readonly saga: string;
  readonly businessKey: string;
  readonly member: string;
  readonly sealed: string;
}

/** Opens a personal member, or says why nobody can now. */
export async function openMember(
  subjects: SubjectKeys,
  { subject, saga, businessKey, member, sealed }: KeptMember,
): Promise<
  { readonly value: Json } | { readonly unreadable: Unreadable; readonly cause: unknown }
> {
  try {
    return { value: await subjects.open(subject, sealed, placeOf(saga, businessKey, member)) };
  } catch (cause) {
    const unreadable = isFault(cause) ? unreadables[cause.code] : undefined;
    if (unreadable === undefined) throw cause;
    return { unreadable, cause };
  }
}

const unreadables: Readonly<Record<string, Unreadable>> = {
  SUBJECT_FORGOTTEN: 'forgotten',
  KEYS_UNAVAILABLE: 'unavailable',
  CIPHERTEXT_REFUSED: 'refused',
};
