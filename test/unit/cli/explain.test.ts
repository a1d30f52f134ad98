import { askedIn } from '../../../cli/explain/asked';
import { explainCommand } from '../../../cli/explain/command';
import { editDistance, nearest } from '../../../cli/explain/nearest';
import { referenceText } from '../../../cli/explain/reference';
import { toldCodes } from '../../../cli/explain/table';
import { problemPages } from '../../../gateway/problems';

/** What the command prints, and what it throws. */
function said(...args: string[]) {
  const written = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  let thrown: unknown;
  try {
    explainCommand().parse(['node', 'explain', ...args]);
  } catch (error) {
    thrown = error;
  }
  const text = written.mock.calls.map(([part]) => String(part)).join('');
  written.mockRestore();
  return { text, thrown };
}

const codesOf = (text: string): string[] =>
  (JSON.parse(text) as { codes: { code: string }[] }).codes.map(({ code }) => code);

test('a code is told with what it means, what to do and where more is written', () => {
  const { text, thrown } = said('SERVICE_RUNNING');
  expect(thrown).toBeUndefined();
  expect(text.split('\n')).toEqual([
    'SERVICE_RUNNING',
    expect.stringMatching(/^ {2}The leases of the service’s relay are renewed/),
    '  next: stop every process of the service, then run this again',
    '  more: docs/disaster-recovery.md#runbook',
    '',
  ]);
});

test('a problem of the API has its status and title, and the next step that the gateway tells', () => {
  const [status, title, next] = problemPages['STEP_UNSETTLED'] ?? [];
  const { text } = said('STEP_UNSETTLED');
  expect(text).toContain(`  HTTP ${status}: ${title}\n`);
  expect(text).toContain(`  next: ${next}\n`);
});

test.each([
  ['small letters', ['keys_unavailable'], ['KEYS_UNAVAILABLE']],
  ['several', ['step_fenced', 'TOO_LATE', 'too_late'], ['STEP_FENCED', 'TOO_LATE']],
  ['a message', ['KEYS_UNAVAILABLE: the key store is away'], ['KEYS_UNAVAILABLE']],
  ['one without quotes', ['KEYS_UNAVAILABLE:', 'the', 'key', 'store'], ['KEYS_UNAVAILABLE']],
  ['one with its subject', ['PORT_TAKEN kafka: port 17010 is taken'], ['PORT_TAKEN']],
  ['a status of a proxy', ['HTTP_502'], ['HTTP_502']],
])('%s is understood', (_title, args, codes) => {
  const { text, thrown } = said(...args, '--json');
  expect(thrown).toBeUndefined();
  expect(codesOf(text)).toEqual(codes);
});

test('a code that is not there fails with 1, and names those that were most likely meant', () => {
  expect(said('KEY_UNAVAILABLE').thrown).toMatchObject({
    ...{ code: 'CODE_UNKNOWN', exitCode: 1 },
    message: 'KEY_UNAVAILABLE is no code of this release',
    fix: expect.stringMatching(/^did you mean KEYS_UNAVAILABLE/) as unknown,
  });
  expect(said('XYZZY').thrown).toMatchObject({ fix: 'holdfast explain --list shows all codes' });
});

test('those that are there are told all the same', () => {
  const { text, thrown } = said('BUSY', 'NO_SUCH_CODE_AT_ALL');
  expect(text).toMatch(/^BUSY\n/);
  expect(thrown).toMatchObject({ code: 'CODE_UNKNOWN' });
});

test('the id of a saga is for another command', () => {
  const { thrown } = said('place-order:5f1c/2');
  expect(thrown).toMatchObject({ fix: 'holdfast sagas explain place-order:5f1c/2' });
});

test('no code at all is wrong usage', () => {
  expect(said().thrown).toMatchObject({ code: 'USAGE', exitCode: 2 });
});

test('the list has every code once, under the heading of its area', () => {
  const lines = said('--list').text.split('\n');
  const codes = lines.filter((line) => line.startsWith('  ')).map((line) => line.trim());
  expect([...codes].sort()).toEqual([...toldCodes.keys()].sort());
  expect(lines).toContain('Saga files');
  expect(codesOf(said('--list', '--json').text)).toEqual(codes);
});

test('a word before a colon is a code where there is one, else a saga', () => {
  const isKnown = (code: string) => code === 'BUSY';
  expect(askedIn(['busy:x'], isKnown)).toEqual({ codes: ['BUSY'] });
  expect(askedIn(['order:x'], isKnown)).toEqual({ codes: [], saga: 'order:x' });
  expect(askedIn([' ', ':'], isKnown)).toEqual({ codes: [] });
});

test('the distance of two words counts letters that are changed, added and taken out', () => {
  expect(editDistance('BUSY', 'BUSY')).toBe(0);
  expect(editDistance('BUSY', 'BUY')).toBe(1);
  expect(editDistance('', 'BUSY')).toBe(4);
  expect(editDistance('KITTEN', 'SITTING')).toBe(3);
});

test('three are near at most, the nearest first, and nothing is near to nonsense', () => {
  const codes = ['NOT_PAUSED', 'NOT_PARKED', 'NOT_SHIPPED', 'NOT_FOUND', 'BUSY'];
  expect(nearest('NOT_PARKD', codes)).toEqual(['NOT_PARKED', 'NOT_PAUSED']);
  expect(nearest('NOT_PA', ['NOT_PAA', 'NOT_PAB', 'NOT_PAC', 'NOT_PAD'])).toHaveLength(3);
  expect(nearest('QQQQ', codes)).toEqual([]);
});

test('the reference has every code as a heading, and nothing that looks like HTML', () => {
  const text = referenceText();
  for (const code of toldCodes.keys()) expect(text).toContain(`\n### ${code}\n`);
  expect(text.replace(/`[^`\n]*`/g, '')).not.toMatch(/(?<!\\)</);
  expect(text.split('\n').filter((line) => line.length > 120)).toEqual([]);
});
