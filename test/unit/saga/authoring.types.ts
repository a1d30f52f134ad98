/* eslint-disable @typescript-eslint/no-unsafe-assignment -- what must not compile has no type */
/* eslint-disable @typescript-eslint/no-unsafe-member-access -- what must not compile has no type */
/* eslint-disable @typescript-eslint/no-unsafe-return -- what must not compile has no type */
/* eslint-disable @typescript-eslint/no-unsafe-call -- what must not compile has no type */
import { z } from 'zod';
import { command, defineParticipant, undo } from '../../../platform/kernel/contract';
import { sealedText } from '../../../platform/kernel/sealed-text';
import { defineSaga, defineSagaContract } from '../../../platform/saga';

// Never run: `tsc` is the test. A line marked as an error that compiles is itself an error.

const boxes = defineParticipant('boxes', {
  put: command({
    input: z.strictObject({ boxId: z.string() }),
    result: z.strictObject({ coins: z.int() }),
    refusals: ['BOX_FULL'],
  }),
  take: undo({ of: 'put', input: z.strictObject({ boxId: z.string() }) }),
});
const contract = defineSagaContract({
  name: 'fill-box',
  title: 'Fill a box',
  input: z.strictObject({ boxId: z.string() }),
  roles: [],
  businessKey: ({ boxId }) => boxId,
  deadlineMs: 1_000,
});

/** What compiles, and what does not. */
export const fillBox = defineSaga(contract, async (saga, { boxId }) => {
  const way = { undo: boxes.take({ boxId }) };
  const { coins } = await saga.step('put', boxes.put({ boxId }), way);
  const looped: number = coins;
  await saga.step(['put', boxId, looped], boxes.put({ boxId }), way);

  // @ts-expect-error a compensatable step needs an undo
  await saga.step('no undo', boxes.put({ boxId }));
  // @ts-expect-error an undo is not a step
  await saga.step('undo forward', boxes.take({ boxId }), way);
  // @ts-expect-error a step is not an undo
  await saga.step('forward as undo', boxes.put({ boxId }), { undo: boxes.put({ boxId }) });
  // @ts-expect-error the command has no such member
  await saga.step('wrong input', boxes.put({ crateId: boxId }), way);
  // @ts-expect-error the input has no such member
  await saga.step('input', boxes.put({ boxId: saga.input.boxId }), way);

  const both = await saga.all({
    left: (branch) => branch.step('left', boxes.put({ boxId }), way),
    right: (branch) =>
      branch.all({ inner: (deeper) => deeper.step('inner', boxes.put({ boxId }), way) }),
  });
  const counted: number = both.left.coins + both.right.inner.coins;
  await saga.all({
    // @ts-expect-error no pivot inside a parallel block
    left: (branch) => branch.pivot('pivot', boxes.put({ boxId })),
    // @ts-expect-error no retriable inside a parallel block
    right: (branch) => branch.retriable('retriable', boxes.put({ boxId })),
    // @ts-expect-error nobody is asked inside a parallel block
    middle: (branch) => branch.approval('approval', { role: 'r', withinMs: 1 }),
  });

  // @ts-expect-error a pivot has no undo
  await saga.pivot('pivot', boxes.put({ boxId }), way);
  const after = await saga.retriable('retriable', boxes.put({ boxId }));
  // @ts-expect-error an operator may have skipped it
  const certain: number = after.coins;
  return { counted, certain };
});

/** Personal members are members of the input that may be a sealed text. */
export const declared = defineSagaContract({
  ...contract,
  input: z.strictObject({ boxId: z.string(), note: sealedText.exactOptional(), size: z.int() }),
  personal: { note: z.strictObject({ text: z.string() }) },
});
export const undeclared = defineSagaContract({
  ...contract,
  // @ts-expect-error the input has no such member
  personal: { nobody: z.string() },
});
