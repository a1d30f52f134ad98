import { optionsOf as modelOptions, usage as modelUsage } from '../../model/options';
import { optionsOf as simulateOptions, usage as simulateUsage } from '../../simulate/options';

describe('the arguments of the model and the simulator', () => {
  it('are told of by their help, each of them', () => {
    for (const name of Object.keys(modelOptions([]))) expect(modelUsage).toContain(`--${name}`);
    for (const name of Object.keys(simulateOptions(['--seed', '1']))) {
      expect(simulateUsage).toContain(`--${name}`);
    }
  });

  it('are refused when they are none, so that a long search is not begun by mistake', () => {
    expect(() => modelOptions(['--mutation'])).toThrow('--mutation');
    expect(() => simulateOptions(['everything'])).toThrow('everything');
  });

  it.each([
    [['--seeds', '1'], '--seeds 1: a whole number, at least 2'],
    [['--seeds', '1e4'], '--seeds 1e4: a whole number'],
    [['--from', '-1'], "'--from' argument is ambiguous"],
    [['--seed', ''], '--seed : a whole number'],
  ])('%j: %s', (args, problem) => {
    expect(() => simulateOptions(args)).toThrow(problem);
  });
});
