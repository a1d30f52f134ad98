import { z } from 'zod';
import { brokenPromises } from '../../../platform/contracts/compare';
import { describeFinding } from '../../../platform/contracts/rules';
import { commandSchemas } from '../../../platform/contracts/schema';
import { command, undo } from '../../../platform/kernel/contract';
import type { CommandContract, UndoContract } from '../../../platform/kernel/contract';

const line = z.strictObject({ sku: z.string().max(20), quantity: z.int().min(1).max(10) });
const was = {
  orderId: z.string().regex(/^[a-z]+$/),
  lines: z.array(line).max(40),
  currency: z.enum(['EUR', 'USD']),
  note: z.string().optional(),
};
const result = { amountCents: z.int(), at: z.string().optional() };

function reserve(input: z.ZodType, answer: z.ZodType = z.strictObject(result)) {
  return command({ input, result: answer, refusals: ['NO'] });
}

function broken(newer: CommandContract | UndoContract, older: CommandContract | UndoContract) {
  const schema = (one: typeof newer) =>
    commandSchemas({ name: 'stock', commands: { reserve: one } })[0]!;
  return brokenPromises(schema(older), schema(newer)).map(({ rule, member }) =>
    member === '' ? rule : `${rule} ${member}`,
  );
}

const inputChanged = (changes: Record<string, z.ZodType | undefined>) =>
  broken(
    reserve(
      z.strictObject(
        Object.fromEntries(
          Object.entries({ ...was, ...changes }).filter(([, type]) => type !== undefined),
        ),
      ),
    ),
    reserve(z.strictObject(was)),
  );

describe('an input may become wider', () => {
  test.each<[string, Record<string, z.ZodType>]>([
    ['nothing changed', {}],
    ['an optional member more', { gift: z.boolean().optional() }],
    ['a value more', { currency: z.enum(['EUR', 'USD', 'GBP']) }],
    ['any text instead of some values', { currency: z.string() }],
    ['longer lists', { lines: z.array(line).max(50) }],
    ['a member that may be left out now', { orderId: was.orderId.optional() }],
    ['another kind beside the old one', { note: z.union([z.string(), z.int()]).optional() }],
    ['any number instead of integers', { lines: z.array(line.extend({ quantity: z.number() })) }],
    ['anything at all', { note: z.unknown().optional() }],
    ['an explanation', { note: z.string().describe('what the customer wrote').optional() }],
  ])('%s', (_title, changes) => {
    expect(inputChanged(changes)).toEqual([]);
  });

  test('another shape of the whole, beside the old one', () => {
    const wider = z.union([z.strictObject(was), z.strictObject({ cart: z.string() })]);
    expect(broken(reserve(wider), reserve(z.strictObject(was)))).toEqual([]);
  });
});

describe('an input may not become narrower', () => {
  test.each<[string, Record<string, z.ZodType | undefined>, string]>([
    ['a member gone', { note: undefined }, 'INPUT_MEMBER_REMOVED input/note'],
    ['a required member more', { gift: z.boolean() }, 'INPUT_MEMBER_REQUIRED input/gift'],
    ['a member required now', { note: z.string() }, 'INPUT_MEMBER_REQUIRED input/note'],
    ['a value gone', { currency: z.enum(['EUR']) }, 'INPUT_NARROWED input/currency'],
    ['another pattern', { orderId: z.string().regex(/^o/) }, 'INPUT_NARROWED input/orderId'],
    ['shorter lists', { lines: z.array(line).max(10) }, 'INPUT_NARROWED input/lines'],
    ['another kind', { note: z.int().optional() }, 'INPUT_NARROWED input/note'],
    [
      'a limit that was not there',
      { note: z.string().max(5).optional() },
      'INPUT_NARROWED input/note',
    ],
    [
      'a limit inside a list',
      { lines: z.array(line.extend({ quantity: z.int().min(1).max(5) })).max(40) },
      'INPUT_NARROWED input/lines/items/quantity',
    ],
    [
      'a member gone inside a list',
      { lines: z.array(z.strictObject({ sku: z.string().max(20) })).max(40) },
      'INPUT_MEMBER_REMOVED input/lines/items/quantity',
    ],
  ])('%s', (_title, changes, expected) => {
    expect(inputChanged(changes)).toEqual([expected]);
  });

  test('an open input may not be closed', () => {
    const open = reserve(z.looseObject(was));
    expect(broken(reserve(z.strictObject(was)), open)).toEqual(['INPUT_NARROWED input/*']);
  });
});

describe('a result may only gain optional members', () => {
  const input = z.strictObject(was);
  const changed = (answer: z.ZodType) => broken(reserve(input, answer), reserve(input));
  test.each<[string, z.ZodType, string[]]>([
    ['an optional one more', z.strictObject({ ...result, fee: z.int().optional() }), []],
    [
      'a required one more',
      z.strictObject({ ...result, fee: z.int() }),
      ['RESULT_MEMBER_REQUIRED result/fee'],
    ],
    ['one gone', z.strictObject({ amountCents: z.int() }), ['RESULT_MEMBER_REMOVED result/at']],
    [
      'one of another kind',
      z.strictObject({ ...result, amountCents: z.string() }),
      ['RESULT_CHANGED result/amountCents'],
    ],
    [
      'one that may be missing now',
      z.strictObject({ ...result, amountCents: z.int().optional() }),
      ['RESULT_CHANGED result/amountCents'],
    ],
    [
      'one that must be there now',
      z.strictObject({ ...result, at: z.string() }),
      ['RESULT_MEMBER_REQUIRED result/at'],
    ],
  ])('%s', (_title, answer, expected) => {
    expect(changed(answer)).toEqual(expected);
  });
});

test('refusals may come and go: the engine turns back on any of them', () => {
  const input = z.strictObject(was);
  const other = command({ input, result: z.strictObject(result), refusals: ['NO', 'NEVER'] });
  expect(broken(other, reserve(input))).toEqual([]);
  expect(broken(reserve(input), other)).toEqual([]);
});

test('a command stays a command, and an undo undoes what it always did', () => {
  const input = z.strictObject(was);
  expect(broken(undo({ input, of: 'open' }), reserve(input))).toEqual(['COMMAND_KIND_CHANGED']);
  const undone = broken(undo({ input, of: 'open' }), undo({ input, of: 'take' }));
  expect(undone).toEqual(['UNDO_TARGET_CHANGED']);
});

test('the message names command, member and rule, and what to do', () => {
  const finding = { rule: 'INPUT_MEMBER_REQUIRED', command: 'stock.reserve' } as const;
  expect(describeFinding({ ...finding, member: 'input/gift' })).toBe(
    'INPUT_MEMBER_REQUIRED stock.reserve input/gift: an older saga does not send it: make the member optional',
  );
});
