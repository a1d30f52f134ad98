import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { contractedParticipants } from '../../../cli/schema/contracts';
import { checkCommands } from '../../../platform/contracts/check';
import { recordCommands } from '../../../platform/contracts/record';
import { describeFinding } from '../../../platform/contracts/rules';
import { verifySchemaLock } from '../../../platform/event-log/schemas/lock';
import { command, defineParticipant } from '../../../platform/kernel/contract';

const input = { orderId: z.string() };

function stock(members: Record<string, z.ZodType>, others: object = {}) {
  const reserve = command({
    input: z.strictObject(members),
    result: z.strictObject({}),
    refusals: ['OUT_OF_STOCK'],
  });
  return [defineParticipant('stock', { reserve, ...others }).contract];
}

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'holdfast-commands-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const check = (participants: ReturnType<typeof stock>) =>
  checkCommands(participants, directory).map(({ rule, member }) => `${rule} ${member}`.trim());

describe('the versions of commands', () => {
  test('every command of this repository keeps what its versions promised', () => {
    expect(checkCommands(contractedParticipants).map(describeFinding)).toEqual([]);
  });

  test('a command is recorded once, locked, and then as promised', () => {
    expect(check(stock(input))).toEqual(['VERSION_MISSING']);
    expect(recordCommands(stock(input), { directory })).toEqual([
      'commands/stock.reserve/1.0.json',
      'messages/stock.reserve/1.0.json',
    ]);
    expect(check(stock(input))).toEqual([]);
    expect(verifySchemaLock(directory)).toEqual([]);
    expect(recordCommands(stock(input), { directory })).toEqual([]);
  });

  test('a compatible change becomes the next minor, and the old messages are still taken', () => {
    recordCommands(stock(input), { directory });
    const wider = stock({ ...input, gift: z.boolean().optional() });
    expect(check(wider)).toEqual(['VERSION_MISSING']);
    expect(recordCommands(wider, { directory })).toContain('commands/stock.reserve/1.1.json');
    expect(check(wider)).toEqual([]);
  });

  test('a breaking change is refused with command, member and rule, and nothing is written', () => {
    recordCommands(stock(input), { directory });
    const narrower = stock({ ...input, gift: z.boolean() });
    expect(check(narrower)).toContain('INPUT_MEMBER_REQUIRED input/gift');
    const record = () => recordCommands(narrower, { directory });
    expect(record).toThrow('INPUT_MEMBER_REQUIRED stock.reserve input/gift');
    expect(check(stock(input))).toEqual([]);
  });

  test('a new major changes results on purpose, and still has to take every old message', () => {
    recordCommands(stock(input), { directory });
    const narrower = stock({ ...input, gift: z.boolean() });
    recordCommands(narrower, { directory, majors: ['stock.reserve'] });
    expect(check(narrower)).toEqual(['MESSAGE_REFUSED input', 'MESSAGE_REFUSED input']);
  });

  test('a refinement written as code is held by the golden messages', () => {
    recordCommands(stock(input), { directory });
    const picky = stock({ orderId: z.string().refine((id) => id.startsWith('o-')) });
    expect(check(picky)).toEqual(['MESSAGE_REFUSED input', 'MESSAGE_REFUSED input']);
  });

  test('a command may not vanish', () => {
    const release = command({
      input: z.strictObject({}),
      result: z.strictObject({}),
      refusals: [],
    });
    recordCommands(stock(input, { release }), { directory });
    expect(check(stock(input))).toContain('COMMAND_REMOVED');
  });

  test('a version whose messages nobody kept is reported', () => {
    recordCommands(stock(input), { directory });
    rmSync(path.join(directory, 'messages'), { recursive: true });
    expect(check(stock(input))).toEqual(['MESSAGE_MISSING']);
    expect(verifySchemaLock(directory)).toMatchObject([{ code: 'SCHEMA_MISSING' }]);
  });

  test('golden messages have the least and the fullest input, with and without a plan', () => {
    recordCommands(stock({ ...input, gift: z.boolean().optional() }), { directory });
    const file = path.join(directory, 'messages/stock.reserve/1.0.json');
    const { messages } = JSON.parse(readFileSync(file, 'utf8')) as { messages: object[] };
    expect(messages).toMatchObject([
      { kind: 'forward', input: { orderId: 'sample-1' } },
      { kind: 'forward', input: { orderId: 'sample-1', gift: true }, plan: { order: 0 } },
      { kind: 'settle' },
    ]);
    expect(messages[0]).not.toHaveProperty('plan');
  });
});
