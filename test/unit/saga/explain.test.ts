import { reasonPages } from '../../../cli/explain/pages/reasons';
import { reasons } from '../../../platform/saga/explain-text';
import { explain } from '../../../platform/saga/explain';
import type { ParkedToExplain, SagaToExplain } from '../../../platform/saga/explain';
import { consequenceOf, likelyVerbs } from '../../../platform/saga/explain-text';
import { initialState } from '../../../platform/saga/machine/state';
import type { MachineStep } from '../../../platform/saga/machine/state';
import { verbsOf } from '../../../platform/saga/machine/verbs';
import { repairVerbs } from '../../../platform/saga/verbs';

const since = '2026-01-01T00:00:00.000Z';
const place = (told: Partial<ParkedToExplain> = {}): ParkedToExplain => ({
  ...{ step: 'ship stock', direction: 'forward', condition: 'nothing-stands' },
  ...{ reason: 'CARRIER_AWAY', since, ...told },
});
const saga = (told: Partial<SagaToExplain> = {}): SagaToExplain => ({
  ...{ saga: 'place-order', businessKey: 'o-1', state: 'running', startedAt: since },
  ...{ steps: [], parked: [], acts: [], awaiting: [], ...told },
});
const step = { name: 'ship stock', kind: 'retriable', participant: 'inventory', status: 'parked' };

describe('a parked step', () => {
  test.each([
    [
      'forward',
      'nothing-stands',
      'does not stand',
      'a late attempt will be refused',
      'another attempt',
    ],
    ['undo', 'effect-stands', 'stands', 'a late undo will be refused', 'reversed by hand'],
    ['forward', 'unsettled', 'unknown', 'asked on and on', 'do nothing by hand'],
    ['undo', 'unsettled', 'unknown', 'asked on and on', 'do nothing by hand'],
  ])('%s, %s: its effect %s', (direction, condition, known, why, check) => {
    const parked = [place({ direction, condition })];
    const {
      steps,
      parked: told,
      summary,
    } = explain(saga({ state: 'parked', steps: [step], parked }));
    expect(steps).toEqual([expect.objectContaining({ step: 'ship stock', known })]);
    expect(told[0]?.why).toContain(why);
    expect(told[0]?.checkFirst.join()).toContain(check);
    expect(told[0]?.checkFirst.join()).toContain('inventory');
    expect(summary).toContain(`"ship stock" (${direction})`);
  });

  test('offers what the saga says it takes, and where only the journal answers, says so', () => {
    const asked = explain(saga({ parked: [place({ verbs: ['retry'] })] }));
    expect(asked.parked[0]).toMatchObject({
      options: [{ verb: 'retry' }],
      optionsAreCertain: true,
    });
    const [guessed] = explain(saga({ parked: [place()], steps: [step] })).parked;
    expect(guessed?.optionsAreCertain).toBe(false);
    expect(guessed?.options.map(({ verb }) => verb)).toContain('skip');
  });

  test('a step that is a saga names that saga', () => {
    const { steps } = explain(saga({ steps: [{ ...step, child: 'stock-part:1' }] }));
    expect(steps[0]?.says).toContain('stock-part:1');
  });

  test('that was never sent is listed all the same', () => {
    const { steps } = explain(saga({ parked: [place({ reason: 'HISTORY_LIMIT' })] }));
    expect(steps).toMatchObject([{ step: 'ship stock', known: 'does not stand' }]);
  });
});

describe('what would probably be taken', () => {
  const machineStep = (told: Partial<MachineStep>): MachineStep =>
    ({
      ...{ name: 's', kind: 'compensatable', place: [], onFault: 'park', phase: 'parked' },
      ...{ counter: { n: 0, settled: false }, side: 'forward', unsettled: false, reason: 'X' },
      ...{ nothingStands: false, external: false, awaited: true, resolved: false, ...told },
    }) as MachineStep;
  const kinds = ['compensatable', 'pivot', 'retriable'] as const;
  const cases = kinds.flatMap((kind) =>
    (['forward', 'undo'] as const).flatMap((side) =>
      [true, false].flatMap((unsettled) =>
        ['X', 'HISTORY_LIMIT', 'EXTERNAL'].map((reason) => ({ kind, side, unsettled, reason })),
      ),
    ),
  );

  test.each(cases.filter(({ kind, side }) => side === 'forward' || kind === 'compensatable'))(
    'is what the machine takes: %j',
    ({ kind, side, unsettled, reason }) => {
      const phase = unsettled ? 'settling' : 'parked';
      const machine = machineStep({
        kind,
        side,
        unsettled,
        phase,
        reason,
        external: reason === 'EXTERNAL',
      });
      const settled = side === 'forward' ? 'nothing-stands' : 'effect-stands';
      const condition = unsettled ? 'unsettled' : settled;
      const likely = likelyVerbs({ direction: side, condition, reason }, kind);
      const unsure = (verb: string) => verb !== 'resume-forward';
      // A retriable comes after the pivot.
      const pointOfNoReturn = kind === 'retriable' ? 'confirmed' : 'open';
      const direction = { ...initialState.direction, pointOfNoReturn } as const;
      const taken = verbsOf({ ...initialState, direction, steps: [machine] }, machine);
      expect(likely.filter(unsure)).toEqual(taken.filter(unsure));
    },
  );
});

test.each(repairVerbs)(
  'what %s does is said for each condition, and differs where it must',
  (verb) => {
    const told = (direction: string, condition: string) =>
      consequenceOf(verb, { direction, condition, reason: 'X' }, 'compensatable');
    for (const [direction, condition] of [
      ['forward', 'nothing-stands'],
      ['undo', 'effect-stands'],
      ['forward', 'unsettled'],
    ] as const) {
      const { does, consequence } = told(direction, condition);
      expect(does.length).toBeGreaterThan(10);
      expect(consequence.length).toBeGreaterThan(10);
    }
    if (verb === 'skip' || verb === 'mark-done-externally' || verb === 'retry') {
      expect(told('forward', 'nothing-stands')).not.toEqual(told('undo', 'effect-stands'));
    }
  },
);

describe('a saga that needs nobody', () => {
  test.each([
    [{ state: 'completed' }, 'completed: every step'],
    [{ state: 'compensated', reason: 'CARD_DECLINED' }, 'undone because of CARD_DECLINED'],
    [{ state: 'cancelled' }, 'cancelled and undone'],
    [{ state: 'compensating', reason: 'DEADLINE' }, 'the deadline has passed'],
    [{ state: 'running' }, 'nothing needs to be done'],
    [{ state: 'running', paused: true }, 'held by an operator'],
  ])('%j says: %s', (told, expected) => {
    expect(explain(saga(told)).summary).toContain(expected);
  });

  test.each([
    ['compensated', { status: 'undone' }, 'undone: nothing of it stands.'],
    ['compensated', { status: 'done', leftInPlace: true }, 'left in place: ship stock.'],
    ['cancelled', { status: 'undone' }, 'cancelled and undone: nothing of it stands.'],
    ['completed', { status: 'done' }, 'completed: every step stands.'],
    ['completed', { status: 'skipped' }, 'but what a person skipped: ship stock.'],
  ])('%s with a step of %j: %s', (state, step, expected) => {
    const told = explain(saga({ state, steps: [{ name: 'ship stock', ...step }] }));
    expect(told.summary.endsWith(expected)).toBe(true);
  });

  test('tells what each step left, who decides what it waits for, and who acted and why', () => {
    const told = explain(
      saga({
        steps: [
          { name: 'open order', status: 'undone' },
          { name: 'reserve stock', status: 'done', leftInPlace: true },
          { name: 'ship stock', status: 'undone', external: true },
          { name: 'authorize', status: 'settling' },
        ],
        awaiting: [
          { step: 'review', role: 'payments-approver', amountCents: 600_050, until: since },
        ],
        acts: [
          { verb: 'skip', step: 'reserve stock', actor: 'p1', reason: 'ticket 4711', at: since },
        ],
      }),
    );
    expect(told.steps.map(({ known }) => known)).toEqual([
      ...['does not stand', 'stands', 'does not stand', 'unknown'],
    ]);
    expect(told.steps[2]?.says).toContain('by hand');
    expect(told.awaiting).toEqual([
      `"review" needs somebody with the role payments-approver, about 6000.50, until ${since}`,
    ]);
    expect(told.acts).toEqual([`${since} p1 did skip at "reserve stock": ticket 4711`]);
  });
});

test('every reason of the engine’s own that has a page is said in words', () => {
  // What an act is answered with, and no reason of a saga.
  const notes = ['RESUMED', 'INPUT_NOT_USED'];
  const silent = Object.keys(reasonPages).filter((code) => !Object.hasOwn(reasons, code));
  expect(silent.sort()).toEqual(notes.sort());
});
