import type { ParkedView, SagaView } from '../../platform/saga/wire';
import { hasEnded } from '../sagas/reach';
import { bulkLimits } from './collect';
import type { Target } from './collect';

/** Why a saga did not take what it was told, or what became of it afterwards. */
export interface BulkFailure {
  readonly saga: string;
  readonly code: string;
  readonly detail: string;
}

/** What whoever runs a saga says of it now; undefined when nobody answers. Never rejects. */
export type Look = (target: Target) => Promise<SagaView | undefined>;

/** Sagas that a run has acted on, until each of them has ended. */
export interface Watch {
  /** Acts on a saga and, where it took the act, watches it from then on. */
  acting(
    target: Target,
    act: () => Promise<BulkFailure | undefined>,
  ): Promise<BulkFailure | undefined>;
  /**
   * Looks at the next 20 sagas, each in its turn: the first that is parked at a place where it was not parked before
   * it was acted on, if there is one.
   */
  newFailure(): Promise<BulkFailure | undefined>;
}

interface Watched {
  readonly target: Target;
  /** Where it was parked before it was acted on; absent where nobody answered then. */
  readonly before?: readonly string[];
}

const stampOf = ({ step, direction, since }: ParkedView): string => `${step} ${direction} ${since}`;

/** Watches by looking: a read model that lags would see a new failure only after more sagas were acted on. */
export function createWatch(look: Look): Watch {
  const watched = new Map<string, Watched>();
  const lookAgain = async (one: Watched): Promise<BulkFailure | undefined> => {
    const { workflowId: saga } = one.target;
    const view = await look(one.target);
    watched.delete(saga);
    if (view !== undefined && hasEnded(view.state)) return undefined;
    const before = one.before ?? view?.parked.map(stampOf);
    watched.set(saga, { target: one.target, ...(before === undefined ? {} : { before }) });
    const anew = view?.parked.find((place) => before?.includes(stampOf(place)) === false);
    if (anew === undefined) return undefined;
    const detail = `parked again at "${anew.step}" with ${anew.reason}`;
    return { saga, code: 'PARKED_AGAIN', detail };
  };
  return {
    async acting(target, act) {
      const before = (await look(target))?.parked.map(stampOf);
      const failure = await act();
      if (failure !== undefined) return failure;
      watched.set(target.workflowId, { target, ...(before === undefined ? {} : { before }) });
      return undefined;
    },
    async newFailure() {
      const turn = [...watched.values()].slice(0, bulkLimits.looksMax);
      const found = await Promise.all(turn.map(lookAgain));
      return found.find((failure) => failure !== undefined);
    },
  };
}

/** Watches nothing: for a run that goes on whatever happens. */
export const noWatch: Watch = {
  acting: (_target, act) => act(),
  newFailure: () => Promise.resolve(undefined),
};
