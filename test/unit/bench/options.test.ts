import { UsageError, optionsOf } from '../../../bench/options';

test('a run has five rounds of everything unless told', () => {
  const options = optionsOf(['saga']);
  expect(options).toMatchObject({ rounds: 5, seconds: 5, callers: [1, 32], json: false });
  expect(options.variants[0]).toBe('floor');
});

test('the floor is measured whatever is chosen', () => {
  const { variants } = optionsOf(['saga', '--only', 'holdfast-queue,empty']);
  expect(variants).toEqual(['floor', 'empty', 'holdfast-queue']);
});

test.each([
  [[]],
  [['relay']],
  [['saga', '--rounds', '0']],
  [['saga', '--rounds', '1,2']],
  [['saga', '--callers', '1,x']],
  [['saga', '--only', 'nothing']],
  [['saga', '--strange']],
])('%j is refused', (args) => {
  expect(() => optionsOf(args)).toThrow(UsageError);
});
