import type { StepAnswer, StepMessage } from '../../platform/kernel/step';
import type { Aggregate, ServiceStore } from '../../platform/outbox/ports';
import type { HandleOptions, StepParticipant } from '../../platform/participant/handle';
import { createSagaRecords } from '../../platform/participant/saga-records';
import type { SagaRecords } from '../../platform/participant/saga-records';
import type { Box } from './box-service';
import { boxParticipant, stepOf } from './box-service';

/**
 * One delivery, as text: kind and epoch, then what is special about it. `F2` is a forward of epoch 2, `F2:other` one
 * with another input, `F2:refused` one the service refuses, `U2` an undo, `S2` a settle, `F2@b` one of another run.
 * `C1` closes the saga below generation 1.
 */
export type Delivery = string;

/** One saga's step on a store of its own boxes; every delivery is answered in words. */
export interface Play {
  readonly sagaId: string;
  readonly boxIds: readonly string[];
  /** Answers `done`, `undone`, `refused BOX_FULL`, ... or the code of a fault; a closing what the row says. */
  deliver(delivery: Delivery, through?: StepParticipant): Promise<string>;
  lock(isLocked: boolean): Promise<void>;
  look(): Promise<Sight>;
}

/** What can be seen from outside after a delivery. */
export interface Sight {
  /** State and epoch of the step record, `absent` where there is none. */
  readonly row: string;
  readonly coins: number;
  readonly puts: number;
  readonly takes: number;
  /** Number of events of the boxes, as their sequence numbers say; `auditBoxes` holds them against the history. */
  readonly events: number;
}

export function playOn(store: ServiceStore<Box>, sagaId: string): Play {
  const participant = boxParticipant(store);
  const boxIds = [`${sagaId}-left`, `${sagaId}-right`];
  const step = stepOf(sagaId, boxIds);
  const records = createSagaRecords(store, () => new Date());
  let operations = 0;
  return {
    sagaId,
    boxIds,
    deliver: (delivery, through = participant) =>
      delivery.startsWith('C')
        ? closed(records, sagaId, delivery)
        : answered(through, messageOf(step, delivery)),
    async lock(isLocked) {
      operations += 1;
      const by = { key: `${sagaId}-${operations}`, owner: 'tester' };
      await participant.operate('lock', { boxId: boxIds[0], locked: isLocked }, by);
    },
    look: () => look(store, { sagaId, step: 'put coins' }, boxIds),
  };
}

function messageOf(step: ReturnType<typeof stepOf>, delivery: Delivery): StepMessage {
  const match = /^([FUS])(\d+)(?::(\w+))?(?:@(\w+))?$/.exec(delivery);
  if (match === null) throw new Error(`cannot read the delivery ${delivery}`);
  const [, kind, epoch = '', how, run = 'a'] = match;
  if (kind === 'U') return step.undo(Number(epoch), { run });
  if (kind === 'S') return step.settle(Number(epoch), { run });
  if (how === 'other') return step.forward(Number(epoch), { run, coins: 7 });
  return step.forward(Number(epoch), { run, ...(how === undefined ? {} : { as: how }) });
}

/** Closes the saga and answers what the row of its step says then. */
async function closed(records: SagaRecords, sagaId: string, delivery: Delivery): Promise<string> {
  const [generation = '', run = 'a'] = delivery.slice(1).split('@');
  try {
    const { rows } = await records.close({ sagaId, generation: Number(generation), run });
    return `closed over ${rows.map((row) => `${row.state} ${row.epoch}`).join() || 'nothing'}`;
  } catch (error) {
    return String((error as { code?: string }).code ?? error);
  }
}

/** The answer in words; a fault is its code. */
export async function answered(
  through: StepParticipant,
  message: StepMessage,
  how?: HandleOptions,
): Promise<string> {
  try {
    return inWords(await through.handle(message, how));
  } catch (error) {
    return String((error as { code?: string }).code ?? error);
  }
}

function inWords(answer: StepAnswer): string {
  if (answer.answer === 'refused') return `refused ${answer.code}`;
  if (answer.answer === 'done') return `done ${(answer.result as { coins: number }).coins}`;
  return answer.answer;
}

async function look(
  store: ServiceStore<Box>,
  key: { readonly sagaId: string; readonly step: string },
  boxIds: readonly string[],
): Promise<Sight> {
  const [record, ...boxes] = await Promise.all([
    store.readStepRecord(key),
    ...boxIds.map((id) => store.readAggregate(id)),
  ]);
  const sumOf = (count: (box: Aggregate<Box>) => number) =>
    boxes.reduce((sum, box) => sum + (box === undefined ? 0 : count(box)), 0);
  return {
    row: record === undefined ? 'absent' : `${record.state} ${record.epoch}`,
    coins: sumOf((box) => box.state.coins),
    puts: sumOf((box) => box.state.puts),
    takes: sumOf((box) => box.state.takes),
    events: sumOf((box) => box.seq),
  };
}
