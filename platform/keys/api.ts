import { Problem, problem } from '../http/problem';
import { isFault } from '../kernel/faults';
import { fromZero } from '../runtime/from-zero';
import { denialCounter } from '../security/guard';
import type { Guard } from '../security/guard';
import { purposesFor, purposesOf } from '../security/keys/access';
import type { Answer, Call, OperationHandlers } from '../security/operations';
import { mountOperations } from '../security/rbac';
import { TokenRefused } from '../security/tokens';
import { KekFileError } from './keks';
import { keyOperations } from './operations';
import type { Asking, KeyStore } from './store';

type Table = ReturnType<typeof keyOperations>;

export interface KeyApiParts {
  /** Services with a database of their own. */
  readonly services: readonly string[];
  /** Undefined while the tables were not reached or the deletions not replayed. */
  readonly store: () => KeyStore | undefined;
  readonly guard: Omit<Guard, 'tokens'>;
}

/** No operation here takes a token, so nobody's is one. */
const noTokens: Guard['tokens'] = {
  verify: () => Promise.reject(new TokenRefused('MALFORMED')),
};

/** Mounts the API of the key store. */
export function mountKeyApi(app: Parameters<typeof mountOperations>[0], parts: KeyApiParts): void {
  const guard = { ...parts.guard, tokens: noTokens };
  mountOperations(app, keyOperations(parts.services), handlersOf(parts), guard);
}

function handlersOf({ services, store, guard }: KeyApiParts): OperationHandlers<Table> {
  const denied = denialCounter(guard.registry);
  fromZero(denied, { operation: ['giveKeys'], rule: ['purpose'] });

  /** The table of purposes is asked by name of the peer; what it does not list is denied, counted and told. */
  function demandPurpose(purpose: string, { peer, requestId }: Asking): void {
    if (purposesFor(peer, services).some((each) => each === purpose)) return;
    denied.inc({ operation: 'giveKeys', rule: 'purpose' });
    guard.log.warn('keys were asked for by a process that may not have them', {
      ...{ peer, purpose, requestId },
    });
    throw new Problem(
      403,
      'KEY_PURPOSE_DENIED',
      'This process may not have the keys of the purpose',
    );
  }

  function demandKnown(purpose: string): void {
    if (purposesOf(services).some((each) => each === purpose)) return;
    throw new Problem(404, 'PURPOSE_UNKNOWN', 'There is no such purpose');
  }

  const answered = async <Body>(work: (store: KeyStore) => Promise<Body>): Promise<Answer> => {
    const open = store();
    if (open === undefined) throw problem('SERVICE_UNAVAILABLE', { retryAfterSeconds: 2 });
    return { body: await work(open).catch(asProblem) };
  };

  return {
    giveKeys(call) {
      const { purpose } = call.params;
      const asking = askingOf(call);
      demandPurpose(purpose, asking);
      return answered((open) => open.give(purpose, call.body.sealed, asking));
    },
    keyStatus: () => answered((open) => open.status()),
    rotateKey(call) {
      const { purpose } = call.params;
      demandKnown(purpose);
      return answered(async (open) => ({
        purpose,
        id: await open.rotate(purpose, askingOf(call)),
      }));
    },
    retireKey: (call) =>
      answered(async (open) => {
        await open.retire(call.params.purpose, call.params.id, askingOf(call));
        return call.params;
      }),
    rotateKek: (call) => answered((open) => open.rotateKek(askingOf(call))),
    createSubjectKey: (call) =>
      answered((open) => open.subjectKey(call.params.subject, 'create', askingOf(call))),
    readSubjectKey: (call) =>
      answered((open) => open.subjectKey(call.params.subject, 'get', askingOf(call))),
    forgetSubject: (call) =>
      answered(async (open) => {
        await open.forget(call.params.subject, call.body.reason, askingOf(call));
        return { forgotten: true };
      }),
  };
}

function askingOf({ peer, requestId }: Pick<Call, 'peer' | 'requestId'>): Asking {
  return { peer: peer ?? '', requestId };
}

function asProblem(error: unknown): never {
  if (error instanceof KekFileError) {
    throw new Problem(409, error.code, 'The file of key-encryption keys', {
      detail: error.message,
    });
  }
  // A code of ours is a fault's too, so what is a problem already goes first.
  if (error instanceof Problem || !isFault(error)) throw error;
  throw problem('SERVICE_UNAVAILABLE', { detail: 'try again', cause: error });
}
