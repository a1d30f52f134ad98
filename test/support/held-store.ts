import type { ServiceStore } from '../../platform/outbox/ports';
import type { Box } from './box-service';

/** A store whose first transaction stops after its decision, as a worker that was stopped would. */
export interface HeldStore {
  readonly store: Pick<ServiceStore<Box>, 'transact'>;
  /** Resolves once a transaction is held. */
  readonly isInside: Promise<void>;
  /** Lets it go on, and holds nothing any more. */
  release(): void;
}

/** Holds the first transaction inside its work: decided, nothing written yet. */
export function heldStore(store: Pick<ServiceStore<Box>, 'transact'>): HeldStore {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  let arrive = () => {};
  const isInside = new Promise<void>((resolve) => (arrive = resolve));
  return {
    store: {
      transact: (key, work, options) =>
        store.transact(
          key,
          async (view) => {
            const outcome = await work(view);
            arrive();
            await released;
            return outcome;
          },
          options,
        ),
    },
    isInside,
    release,
  };
}
