import {
  effectsBroken,
  endsBroken,
  openBroken,
  rowsBroken,
  unasked,
} from '../../../../cli/storm/judge/invariants';
import type { FenceRow, TableEvent } from '../../../../cli/storm/judge/evidence';
import type { Ticket } from '../../../../cli/storm/load/ticket';
import type { JournalEntry } from '../../../../platform/saga/journal/state';

const ticket = (change: Partial<Ticket> = {}) =>
  ({ errand: 'order', workflowId: 'w', expected: ['completed'], ...change }) as Ticket;
const entry = (change: Partial<JournalEntry> = {}) =>
  ({
    ...{ kind: 'saga', workflowId: 'w', sagaId: 'w/r', status: 'finished', outcome: 'completed' },
    ...change,
  }) as JournalEntry;
const journal = (...entries: readonly JournalEntry[]) => ({
  entries: new Map(entries.map((one) => [one.workflowId, one])),
});
const codes = (violations: readonly { readonly invariant: string }[]) =>
  violations.map(({ invariant }) => invariant);

describe('what clients were promised', () => {
  it('a saga that ended as it had to, and as its client was told, breaks nothing', () => {
    const told = ticket({ told: 'completed' });
    expect(endsBroken({ tickets: [told] }, journal(entry()))).toEqual([]);
  });

  it('a saga that was taken and is not in the journal is lost', () => {
    expect(codes(endsBroken({ tickets: [ticket()] }, journal()))).toEqual(['I8']);
  });

  it('a wrong end is told', () => {
    const wrong = journal(entry({ outcome: 'compensated' }));
    expect(codes(endsBroken({ tickets: [ticket()] }, wrong))).toEqual(['I1']);
  });

  it('an end that its client was told differently is told', () => {
    const told = ticket({ told: 'compensated' });
    expect(codes(endsBroken({ tickets: [told] }, journal(entry())))).toEqual(['client']);
  });

  it('a saga nobody was promised is one too many, a child is not', () => {
    const parent = { sagaId: 'w/r', step: 'lots' };
    const all = journal(entry(), entry({ workflowId: 'x' }), entry({ workflowId: 'c', parent }));
    expect(unasked({ tickets: [ticket()] }, all).map(({ subject }) => subject)).toEqual(['x']);
  });

  it('two clients are never promised the same saga', () => {
    expect(codes(unasked({ tickets: [ticket(), ticket()] }, journal(entry())))).toEqual(['I3']);
  });
});

describe('what is open at rest', () => {
  it('a parked saga and one without an end are told apart', () => {
    const parked = entry({ status: 'parked', parked: ['ship stock'] });
    const open = entry({ workflowId: 'x', status: 'started' });
    expect(codes(openBroken(journal(parked, open)))).toEqual(['I6', 'I8']);
    expect(openBroken(journal(entry()))).toEqual([]);
  });
});

describe('what the fences say', () => {
  const row = (state: FenceRow['state']) =>
    ({ participant: 'orders', step: 'open order', state }) as FenceRow;
  const brokenBy = (outcome: string, state: FenceRow['state']) =>
    codes(rowsBroken({ ...journal(entry({ outcome })), rows: new Map([['w/r', [row(state)]]]) }));

  it.each(['undone', 'tombstone', 'refused', 'intent'] as const)(
    'a completed saga has nothing %s',
    (state) => expect(brokenBy('completed', state)).toEqual(['I1']),
  );
  it.each(['done', 'intent', 'cancelling', 'undoing'] as const)(
    'a compensated saga has nothing %s',
    (state) => expect(brokenBy('compensated', state)).toEqual(['I1']),
  );
  it('all of it stands, or nothing', () => {
    expect(brokenBy('completed', 'done')).toEqual([]);
    expect(brokenBy('cancelled', 'tombstone')).toEqual([]);
  });
});

describe('what the histories say', () => {
  const event = (change: Partial<TableEvent> = {}) =>
    ({
      ...{ service: 'orders', aggregateId: 'order/o', type: 'order.opened', direction: 'forward' },
      ...{ sagaId: 'w/r', step: 'open order', epoch: 0, seq: 1 },
      ...change,
    }) as TableEvent;
  const undo = event({ type: 'order.rejected', direction: 'undo', seq: 2 });

  it('an effect and its undo break nothing', () => {
    expect(effectsBroken([event(), undo])).toEqual([]);
  });
  it('the same effect twice is told', () => {
    expect(codes(effectsBroken([event(), event({ seq: 2 })]))).toEqual(['I3']);
  });
  it('an effect behind its undo is told', () => {
    expect(codes(effectsBroken([undo, event({ type: 'order.other', seq: 3 })]))).toEqual(['I2']);
  });
});
