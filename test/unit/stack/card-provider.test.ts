import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Faults } from '../../../stack/servers/card-provider/faults';
import { openJournal } from '../../../stack/servers/card-provider/journal';
import type { Entry, Operation } from '../../../stack/servers/card-provider/ledger';
import { Ledger } from '../../../stack/servers/card-provider/ledger';

const asked = (operation: Operation, key: string, more: object = {}): Entry => ({
  ...{ merchant: 'm', key, do: operation, reference: 'o-1', amountCents: 5, currency: 'EUR' },
  ...{ id: `auth_${key}`, authorization: 'auth_a', ...more },
});
const close = (key: string, ifHappened: 'keep' | 'reverse'): Entry => ({
  ...{ merchant: 'm', key, do: 'close', ifHappened },
});

function books() {
  const ledger = new Ledger();
  const ask = (entry: Entry) => ledger.known(entry) ?? ledger.apply(entry);
  const statuses = () => ledger.charges('m').map(({ status }) => status);
  return { ledger, ask, statuses };
}

describe('a key of the card provider', () => {
  test('answers the same however often it comes, and takes effect once', () => {
    const { ledger, ask } = books();
    const answers = [1, 2, 3].map(() => ask(asked('authorize', 'a')));
    expect(new Set(answers)).toEqual(new Set([{ status: 'succeeded', id: 'auth_a' }]));
    expect(ledger.charges('m')[0]?.effects).toHaveLength(1);
  });

  test('belongs to its first request', () => {
    const { ask } = books();
    ask(asked('authorize', 'a'));
    expect(ask(asked('authorize', 'a', { amountCents: 6 }))).toEqual({ status: 'reused' });
  });

  test('that was shut before its request refuses it for good', () => {
    const { ask, statuses } = books();
    for (const ifHappened of ['keep', 'reverse', 'keep'] as const) {
      expect(ask(close('a', ifHappened))).toEqual({ status: 'closed' });
      expect(ask(asked('authorize', 'a'))).toEqual({ status: 'closed' });
    }
    expect(statuses()).toEqual([]);
  });

  test('that happened is kept by one close and reversed by the other, once', () => {
    const { ask, statuses } = books();
    ask(asked('authorize', 'a'));
    expect(ask(close('a', 'keep'))).toEqual({ status: 'succeeded', id: 'auth_a' });
    expect([ask(close('a', 'reverse')), ask(close('a', 'reverse'))]).toEqual([
      { status: 'reversed' },
      { status: 'reversed' },
    ]);
    expect(ask(asked('authorize', 'a'))).toEqual({ status: 'closed' });
    expect(statuses()).toEqual(['released']);
  });

  test('that cannot be reversed any more never is, although it could be later', () => {
    const { ask, statuses } = books();
    ask(asked('authorize', 'a'));
    ask(asked('capture', 'b'));
    expect(ask(close('a', 'reverse'))).toEqual({ status: 'irreversible', id: 'auth_a' });
    expect(ask(close('b', 'reverse'))).toEqual({ status: 'reversed' });
    expect(ask(close('a', 'reverse'))).toEqual({ status: 'irreversible', id: 'auth_a' });
    expect(ask(asked('authorize', 'a'))).toEqual({ status: 'succeeded', id: 'auth_a' });
    expect(statuses()).toEqual(['refunded']);
  });

  test.each([
    ['release', 'capture', 'AUTHORIZATION_RELEASED'],
    ['capture', 'release', 'ALREADY_CAPTURED'],
    ['release', 'refund', 'AUTHORIZATION_RELEASED'],
  ] as const)('after a %s it refuses a %s', (first, second, code) => {
    const { ask } = books();
    ask(asked('authorize', 'a'));
    ask(asked(first, 'b'));
    expect(ask(asked(second, 'c'))).toMatchObject({ status: 'declined', code });
  });
});

describe('the books on disk', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'holdfast-books-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  test('are the same after a restart, and a line that was never finished is cut off', () => {
    const file = path.join(folder, 'journal.jsonl');
    const first = openJournal(file);
    first.answer(asked('authorize', 'a'));
    first.answer(asked('capture', 'b'));
    first.answer(close('c', 'keep'));
    const charges = first.ledger.charges('m');
    first.close();
    const written = readFileSync(file, 'utf8');
    appendFileSync(file, '{"merchant":"m","key":"d","do":"ref');
    const second = openJournal(file);
    expect(second.ledger.charges('m')).toEqual(charges);
    expect(second.answer(asked('refund', 'c'))).toEqual({ status: 'closed' });
    expect(readFileSync(file, 'utf8')).toBe(written);
    second.close();
  });
});

test('a fault hits as many requests as it was told, and only those that fit', () => {
  const faults = new Faults();
  faults.add({ kind: 'away', reference: 'o-1', operation: 'capture', count: 2, delayMs: 0 });
  const take = (reference: string, operation: 'capture' | 'refund') =>
    faults.take({ merchant: 'm', reference, operation })?.kind;
  expect([take('o-2', 'capture'), take('o-1', 'refund')]).toEqual([undefined, undefined]);
  expect([1, 2, 3].map(() => take('o-1', 'capture'))).toEqual(['away', 'away', undefined]);
});
