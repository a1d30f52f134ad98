import { Ledger } from '../../stack/servers/card-provider/ledger';
import type { Charge, Entry, Outcome } from '../../stack/servers/card-provider/ledger';
import type { ServiceStore } from '../../platform/outbox/ports';
import type { Errand, Outside, OutsideWord } from '../../platform/participant/outside/port';
import type { StepParticipant } from '../../platform/participant/handle';
import type { Box } from './box-service';
import { answered } from './fence-play';
import { dyingStore } from './fence-schedules';
import { tillMessage, tillParticipant } from './till-service';

/**
 * One delivery as text, as in `fence-play`: `F2`, `U2`, `S2`, `F2:other`, `F2:declined`, `F2@b`. After `!` the place
 * where the process dies: `intent` before the intent is committed, `call` before the outside is asked, `word` after it
 * answered, `answer` after everything is committed.
 */
export type TillDelivery = string;

/** The provider of a play: the outside itself, and the charges it has for a box. */
export interface TillProvider {
  readonly outside: Pick<Outside, 'ask'>;
  chargesOf(reference: string): Promise<readonly Pick<Charge, 'status'>[]>;
}

/** What can be seen from outside after a delivery. */
export interface TillSight {
  readonly row: string;
  /** 5 for an intent, 10 for the whole effect. */
  readonly coins: number;
  /** States of the box's charges at the provider, in order; empty where there is none. */
  readonly charges: readonly string[];
}

/** A delivery that was stopped on its way. */
export interface Held {
  resume(): Promise<string>;
}

export interface TillPlay {
  deliver(delivery: TillDelivery): Promise<string>;
  look(): Promise<TillSight>;
  /** Holds a delivery before the outside is asked; answers how to let it go. */
  heldBeforeCall(delivery: TillDelivery): Promise<Held>;
  /** Holds a delivery with the outside's word in hand, before it is concluded. */
  heldWithWord(delivery: TillDelivery): Promise<Held>;
}

export function playTill(
  store: ServiceStore<Box>,
  provider: TillProvider,
  sagaId: string,
): TillPlay {
  const boxId = `${sagaId}-box`;
  const key = { sagaId, step: 'buy coins' };
  const send = (delivery: TillDelivery, outside: Pick<Outside, 'ask'>) => {
    const { message, crash } = read(sagaId, delivery);
    const through: StepParticipant = tillParticipant(
      crash === 'intent' ? dyingStore(store, 'before-commit') : store,
      crash === 'call' || crash === 'word' ? dyingOutside(outside, crash) : outside,
    );
    return answered(through, message).then((answer) =>
      crash === 'answer' ? 'crashed' : answer.replace('INVARIANT_BROKEN', crash ? 'crashed' : '$&'),
    );
  };
  return {
    deliver: (delivery) => send(delivery, provider.outside),
    async look() {
      const [record, box, charges] = await Promise.all([
        store.readStepRecord(key),
        store.readAggregate(boxId),
        provider.chargesOf(boxId),
      ]);
      return {
        row: record === undefined ? 'absent' : `${record.state} ${record.epoch}`,
        coins: box?.state.coins ?? 0,
        charges: charges.map(({ status }) => status),
      };
    },
    heldBeforeCall: (delivery) => held((outside) => send(delivery, outside), provider, 'before'),
    heldWithWord: (delivery) => held((outside) => send(delivery, outside), provider, 'after'),
  };
}

async function held(
  send: (outside: Pick<Outside, 'ask'>) => Promise<string>,
  { outside }: TillProvider,
  when: 'before' | 'after',
): Promise<Held> {
  let isThere = (): void => undefined;
  let goOn = (): void => undefined;
  const reached = new Promise<void>((resolve) => (isThere = resolve));
  const released = new Promise<void>((resolve) => (goOn = resolve));
  const answer = send({
    async ask(errand, how) {
      const early = when === 'after' ? await outside.ask(errand, how) : undefined;
      isThere();
      await released;
      return early ?? outside.ask(errand, how);
    },
  });
  await reached;
  return {
    resume() {
      goOn();
      return answer;
    },
  };
}

function read(sagaId: string, delivery: TillDelivery) {
  const match = /^([FUS])(\d+)(?::(\w+))?(?:@(\w+))?(?:!(\w+))?$/.exec(delivery);
  if (match === null) throw new Error(`cannot read the delivery ${delivery}`);
  const [, kind = '', epoch = '', how, run = 'a', crash] = match;
  const kinds = { F: 'forward', U: 'undo', S: 'settle' } as const;
  const as = how === 'other' ? undefined : how;
  const told = { epoch: Number(epoch), run, coins: how === 'other' ? 7 : 5 };
  const message = tillMessage(sagaId, kinds[kind as 'F'], {
    ...told,
    ...(as === undefined ? {} : { as }),
  });
  return { message, crash };
}

function dyingOutside(outside: Pick<Outside, 'ask'>, crash: 'call' | 'word'): Pick<Outside, 'ask'> {
  return {
    async ask(errand, how) {
      if (crash === 'call') throw new Error('crashed before the call');
      await outside.ask(errand, how);
      throw new Error('crashed with the answer in hand');
    },
  };
}

/** The stand-in's own books without a process around them: the model the real one is compared with. */
export function ledgerProvider(): TillProvider {
  const ledger = new Ledger();
  return {
    outside: {
      async ask(errand) {
        const entry = entryOf(errand);
        return wordOf(errand, ledger.known(entry) ?? ledger.apply(entry));
      },
    },
    chargesOf: async (reference) =>
      ledger.charges('tills').filter((charge) => charge.reference === reference),
  };
}

function entryOf({ verb, key, call }: Errand): Entry {
  const base = { merchant: 'tills', key };
  if (verb !== 'call') {
    return { ...base, do: 'close', ifHappened: verb === 'cancel' ? 'reverse' : 'keep' };
  }
  const { operation, ...rest } = call as { operation: 'authorize' };
  return { ...base, ...(rest as unknown as Entry), do: operation, id: `auth_${key}` } as Entry;
}

function wordOf({ verb }: Errand, outcome: Outcome): OutsideWord {
  switch (outcome.status) {
    case 'succeeded':
      return { word: 'happened', answer: { id: outcome.id } };
    case 'irreversible':
      return { word: 'irreversible', answer: { id: outcome.id } };
    case 'declined':
      return { word: 'refused', code: outcome.code, detail: outcome.detail };
    case 'closed':
      return { word: verb === 'call' ? 'closed' : 'never' };
    case 'reversed':
      return { word: 'reversed' };
    case 'reused':
      throw new Error('a key was used for two requests');
  }
}
