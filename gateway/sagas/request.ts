import { Problem } from '../../platform/http/problem';
import type { ProblemPart } from '../../platform/http/problem';
import { problem } from '../../platform/http/problem';
import { parseRequest } from '../../platform/http/validation';
import type { Json } from '../../platform/kernel/json';
import type { Reference, SagaContract } from '../../platform/saga/contract';
import { gatewayProblem } from '../problems';
import { requestSchemaOf } from './personal';

type Members = Readonly<Record<string, unknown>>;

/** Fills what the token knows better than the request; a request that says otherwise is refused. */
export function fillFromCaller(contract: SagaContract, body: Members, subject: string): Members {
  const filled = Object.keys(contract.fromCaller ?? {}).map((member) => {
    const given = body[member];
    if (given !== undefined && given !== subject) {
      const pointer = `/${member}`;
      const part = { pointer, code: 'CALLER_MISMATCH', detail: 'leave it out: the token says it' };
      throw gatewayProblem('CALLER_MISMATCH', { errors: [part] });
    }
    return [member, subject] as const;
  });
  return { ...body, ...Object.fromEntries(filled) };
}

/**
 * A request body and its caller as the saga's input, personal members as they were written; throws 400 and 422 problems
 * with pointers.
 */
export function requestOf(contract: SagaContract, body: Members, subject: string): Json {
  const whole = fillFromCaller(contract, body, subject);
  return parseRequest(requestSchemaOf(contract), whole, 'BODY_INVALID') as Json;
}

/** A value of the request and where it stands. */
interface Pointed {
  readonly pointer: string;
  readonly value: Json;
}

/** Everything a pointer means; a star stands for every item of a list. */
export function valuesAt(input: Json, pointer: string): Pointed[] {
  const parts = pointer.split('/').slice(1);
  return parts.reduce<Pointed[]>(
    (found, part) =>
      found.flatMap(({ pointer: at, value }) => {
        if (typeof value !== 'object' || value === null) return [];
        const keys = part === '*' ? Object.keys(value) : [part];
        return keys
          .filter((key) => Object.hasOwn(value, key))
          .map((key) => ({
            pointer: `${at}/${key}`,
            value: (value as Record<string, Json>)[key]!,
          }));
      }),
    [{ pointer: '', value: input }],
  );
}

/** Looks a referenced thing up; undefined when there is none. Rejects when that cannot be known. */
export type LookUp = (service: string, path: string) => Promise<Members | undefined>;

function mismatches(reference: Reference, input: Json, found: Members): ProblemPart[] {
  return (reference.matches ?? []).flatMap(({ field, pointer, code }) =>
    valuesAt(input, pointer)
      .filter(({ value }) => value !== found[field])
      .map((at) => ({ pointer: at.pointer, code, detail: `it is ${String(found[field])} there` })),
  );
}

/** The same thing is looked up once, however often a request names it. */
function lookUpOnce(lookUp: LookUp): LookUp {
  const known = new Map<string, ReturnType<LookUp>>();
  return (service, path) => {
    const key = `${service} ${path}`;
    const found = known.get(key) ?? lookUp(service, path);
    known.set(key, found);
    return found;
  };
}

async function checkReference(reference: Reference, input: Json, lookUp: LookUp) {
  const pointed = valuesAt(input, reference.pointer);
  const checked = pointed.map(async ({ pointer, value }): Promise<ProblemPart[]> => {
    const path = reference.path.replace(
      ':value',
      encodeURIComponent(typeof value === 'string' ? value : JSON.stringify(value)),
    );
    const found = await lookUp(reference.service, path);
    if (found !== undefined) return mismatches(reference, input, found);
    return [{ pointer, code: reference.code, detail: 'there is no such thing' }];
  });
  return (await Promise.all(checked)).flat();
}

/**
 * Checks that everything the request names exists, so that a typing error is a 422 answer and not a compensated saga.
 * Throws a problem whose code is the first mistake's; rejects with what `lookUp` rejects with.
 */
export async function checkReferences(
  contract: SagaContract,
  input: Json,
  lookUp: LookUp,
): Promise<void> {
  const once = lookUpOnce(lookUp);
  const found = await Promise.all(
    (contract.references ?? []).map((reference) => checkReference(reference, input, once)),
  );
  const errors = [
    ...new Map(found.flat().map((part) => [part.pointer + part.code, part])).values(),
  ];
  const [first] = errors;
  if (first === undefined) return;
  throw new Problem(422, first.code, 'The request names something that does not fit', {
    detail: `${first.pointer}: ${first.detail}`,
    errors,
  });
}

/** The contract of a saga by name; throws the 404 problem SAGA_UNKNOWN. */
export function contractOf(catalog: readonly SagaContract[], name: string): SagaContract {
  const contract = catalog.find((one) => one.name === name);
  if (contract === undefined) throw gatewayProblem('SAGA_UNKNOWN');
  return contract;
}

/** Throws 403 unless one of the roles may start the saga, and 404 when no request ever starts it. */
export function assertMayStart(contract: SagaContract, roles: readonly string[]): void {
  if (contract.childOnly === true) {
    throw gatewayProblem('SAGA_UNKNOWN', { detail: 'it is only ever a step of another saga' });
  }
  if (contract.roles.some((role) => roles.includes(role))) return;
  throw problem('ROLE_MISSING', { detail: `one of ${contract.roles.join(', ')} is needed` });
}
