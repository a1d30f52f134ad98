import { behind, hasArrived, refusalOf } from '../../../stack/rollover/stages';
import type { Found, ListenerSeen, Stage } from '../../../stack/rollover/stages';

const before = { listener: 'kafka', shows: 'old', old: 'answered', new: 'refused' } as const;
const both: ListenerSeen = { ...before, new: 'answered' };
const renewed: ListenerSeen = { ...both, shows: 'new' };
const alone: ListenerSeen = { ...renewed, old: 'refused' };
const away: ListenerSeen = { ...before, shows: 'away', old: 'refused' };

const found = (parts: Partial<Found>): Found => ({
  ...{ position: 'settled', seen: [], areLeavesNew: false, asStarted: [] },
  ...parts,
});
const codeOf = (stage: Stage, parts: Partial<Found>): string | undefined =>
  refusalOf(stage, found(parts))?.code;

describe('a stage has come to a listener', () => {
  test.each<[Stage, ListenerSeen, boolean]>([
    ['trust', before, false],
    ['trust', both, true],
    ['trust', { ...both, old: 'silent' }, false],
    ['trust', alone, false],
    ['reissue', both, false],
    ['reissue', renewed, true],
    ['reissue', { ...renewed, new: 'silent' }, false],
    ['reissue', { ...renewed, shows: 'other' }, false],
    ['retire', renewed, false],
    ['retire', { ...alone, old: 'silent' }, false],
    ['retire', { ...alone, shows: 'old' }, false],
    ['retire', { ...alone, shows: 'silent' }, false],
    ['retire', alone, true],
  ])('%s, where it is %j: %s', (stage, seen, is) => {
    expect(hasArrived(stage, seen)).toBe(is);
  });

  test('where nobody listens: whoever comes up reads the files of the day', () => {
    for (const stage of ['trust', 'reissue', 'retire'] as const) {
      expect(hasArrived(stage, away)).toBe(true);
    }
    expect(behind('retire', [away, renewed, { ...alone, listener: 'redis' }])).toEqual(['kafka']);
  });
});

describe('a stage is not begun', () => {
  test.each<[Stage, Partial<Found>, string | undefined]>([
    ['trust', { position: 'settled' }, undefined],
    ['trust', { position: 'trust', seen: [before] }, undefined],
    ['trust', { position: 'reissue' }, 'ROLLOVER_FURTHER'],
    ['reissue', { position: 'settled' }, 'ROLLOVER_NOT_BEGUN'],
    ['reissue', { position: 'trust', seen: [both] }, undefined],
    ['reissue', { position: 'reissue', seen: [before] }, undefined],
    ['retire', { position: 'settled' }, 'ROLLOVER_NOT_BEGUN'],
    ['retire', { position: 'trust', seen: [both], areLeavesNew: true }, 'REISSUE_NOT_EVERYWHERE'],
    ['retire', { position: 'reissue', seen: [renewed], areLeavesNew: true }, undefined],
    ['retire', { position: 'reissue', seen: [alone], areLeavesNew: true }, undefined],
  ])('%s, where %j is found: %s', (stage, parts, code) => {
    expect(codeOf(stage, parts)).toBe(code);
  });

  test('before every listener believes both authorities', () => {
    const seen = [both, { ...before, listener: 'redis' }, { ...away, listener: 'consul' }];
    const refusal = refusalOf('reissue', found({ position: 'trust', seen }));
    expect(refusal?.code).toBe('TRUST_NOT_EVERYWHERE');
    expect(refusal?.message).toMatch(/: redis$/);
    expect(refusal?.fix).toBe('run holdfast certs rollover trust');
  });

  test('before Kafka’s controllers, who follow nothing, were started again', () => {
    const asStarted = ['kafka-2'];
    const refusal = refusalOf('reissue', found({ position: 'trust', seen: [both], asStarted }));
    expect(refusal?.code).toBe('CONTROLLERS_AS_STARTED');
    expect(refusal?.fix).toBe('start the stack again, then run holdfast certs rollover reissue');
    const reissued = { position: 'reissue', areLeavesNew: true, seen: [renewed] } as const;
    expect(codeOf('retire', { ...reissued, asStarted })).toBe('CONTROLLERS_AS_STARTED');
    expect(codeOf('reissue', { ...reissued, asStarted })).toBeUndefined();
    expect(codeOf('trust', { position: 'trust', asStarted })).toBeUndefined();
  });

  test('before every listener shows a leaf of the new authority, which nothing else may replace', () => {
    const retire = { position: 'reissue', areLeavesNew: true } as const;
    const late = { ...both, listener: 'redis' };
    const refusal = refusalOf('retire', found({ ...retire, seen: [renewed, late] }));
    expect(refusal?.code).toBe('REISSUE_NOT_EVERYWHERE');
    expect(refusal?.message).toMatch(/: redis$/);
    expect(codeOf('retire', { ...retire, seen: [renewed], areLeavesNew: false })).toBe(
      'REISSUE_NOT_EVERYWHERE',
    );
  });
});
