import type { Log } from '../../platform/runtime/log';
import { isProblem } from '../../platform/http/problem';
import { isFault } from '../../platform/kernel/faults';
import type { Json } from '../../platform/kernel/json';
import type { SagaContract } from '../../platform/saga/contract';
import { sagaGrantOf } from '../../platform/saga/grants/facts';
import type { SagaStart } from '../../platform/saga/wire';
import type { SagaGrantMinter } from '../../platform/security/saga-grants';
import { gatewayProblem } from '../problems';
import type { ReadModel } from '../read-model';
import type { SubjectKeys } from '../../platform/security/keys/subjects';
import type { SagaEngine } from './engine';
import type { SagaSwitches } from './switches';
import { decideRepeat, pseudonymOf, requestHashOf, workflowIdOf } from './idempotency';
import { sealRequest } from './personal';
import { checkReferences, requestOf } from './request';
import type { LookUp } from './request';

export interface StartParts {
  readonly engine: Pick<SagaEngine, 'start' | 'describe'>;
  readonly readModel: Pick<ReadModel, 'sagaByWorkflowId'>;
  readonly switches: Pick<SagaSwitches, 'assertOpen'>;
  readonly subjects: SubjectKeys;
  readonly sagaGrants: SagaGrantMinter;
  readonly issuer: string;
  /** How messages of what is started go. */
  readonly steps?: Pick<SagaStart, 'steps'>;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export interface StartCall {
  readonly contract: SagaContract;
  readonly body: Readonly<Record<string, unknown>>;
  readonly subject: string;
  readonly roles: readonly string[];
  readonly idempotencyKey: string;
  readonly lookUp: LookUp;
  /** How long it may take to its pivot, milliseconds; as its contract says unless told. */
  readonly deadlineMs?: number;
}

export interface Started {
  readonly workflowId: string;
  readonly businessKey: string;
  /** The key was used before with the same body: nothing was started now. */
  readonly replayed: boolean;
}

/** What is remembered of an earlier start under the same id, for good by the journal, sooner by Temporal. */
async function earlierStart(parts: StartParts, workflowId: string) {
  const row = await parts.readModel.sagaByWorkflowId(workflowId).catch((error: unknown) => {
    // The journal itself refuses a used key again when the saga starts; here it is only asked early.
    parts.log.warn('the read model could not be asked for an earlier start', { workflowId, error });
    return undefined;
  });
  const requestHash = row?.requestHash;
  return requestHash === undefined ? undefined : { requestHash };
}

interface Prepared {
  readonly workflowId: string;
  readonly input: Json;
  readonly requestHash: string;
  readonly businessKey: string;
}

/** Whatever belongs to a person is sealed from here on. */
async function prepare(parts: StartParts, call: StartCall): Promise<Prepared> {
  const { contract, subject, idempotencyKey: key } = call;
  const request = requestOf(contract, call.body, subject);
  const businessKey = contract.businessKey(request);
  const asked = { request, subject, businessKey };
  const { input, compared } = await sealRequest(parts.subjects, contract, asked);
  return {
    workflowId: workflowIdOf(contract.name, { issuer: parts.issuer, subject, key }),
    input,
    requestHash: requestHashOf(compared),
    businessKey,
  };
}

function repeated(prepared: Prepared, earlier: { readonly requestHash: string }): Started {
  if (decideRepeat(earlier, prepared.requestHash) === 'reused') {
    throw gatewayProblem('IDEMPOTENCY_KEY_REUSED');
  }
  return { workflowId: prepared.workflowId, businessKey: prepared.businessKey, replayed: true };
}

async function repeatedInEngine(
  parts: StartParts,
  prepared: Prepared,
): Promise<Started | undefined> {
  const described = await parts.engine.describe(prepared.workflowId);
  return described === undefined ? undefined : repeated(prepared, described.memo);
}

/** A repeat is answered even when what it named has gone or its type is stopped, or neither can be known now. */
async function checksOrRepeat(
  parts: StartParts,
  call: StartCall,
  prepared: Prepared,
): Promise<Started | undefined> {
  try {
    await parts.switches.assertOpen(call.contract.name);
    await checkReferences(call.contract, prepared.input, call.lookUp);
    return undefined;
  } catch (error) {
    if (!isProblem(error)) throw error;
    const earlier = await repeatedInEngine(parts, prepared);
    if (earlier === undefined) throw error;
    return earlier;
  }
}

/** Nothing is started that no key is there to grant. */
function noKeys(cause: unknown): never {
  if (!isFault(cause)) throw cause;
  throw gatewayProblem('KEYS_UNAVAILABLE', { retryAfterSeconds: 2, cause });
}

/**
 * Starts a saga once per caller and key. Temporal refuses a used workflow id and keeps the first
 * request's hash beside it; the journal's read model remembers both beyond Temporal's retention.
 * Nothing is written before every check has passed.
 */
export async function startSaga(parts: StartParts, call: StartCall): Promise<Started> {
  const prepared = await prepare(parts, call);
  const { workflowId, input, requestHash, businessKey } = prepared;
  const journaled = await earlierStart(parts, workflowId);
  if (journaled !== undefined) return repeated(prepared, journaled);
  const early = await checksOrRepeat(parts, call, prepared);
  if (early !== undefined) return early;
  const { contract, deadlineMs = contract.deadlineMs } = call;
  const issuedAtMs = (parts.now ?? Date.now)();
  const deadlineAtMs = issuedAtMs + deadlineMs;
  const owner = pseudonymOf(parts.issuer, call.subject);
  const start = { input, owner, businessKey, requestHash, deadlineAtMs, ...parts.steps };
  const granted = { workflowId, input, subject: owner, roles: call.roles };
  const facts = sagaGrantOf(contract, { ...granted, issuedAtMs, deadlineAtMs });
  const grant = await parts.sagaGrants.mint(facts).catch(noKeys);
  const request = { workflowId, saga: contract.name, title: contract.title, start, grant };
  if ((await parts.engine.start(request)) === 'started') {
    return { workflowId, businessKey, replayed: false };
  }
  const first = await repeatedInEngine(parts, prepared);
  // It was there a moment ago: its retention ran out in between. The next try finds it in the journal.
  if (first === undefined) throw gatewayProblem('SAGA_ENGINE_UNAVAILABLE');
  return first;
}
