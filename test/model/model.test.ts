import { configuration, smallConfigurations } from './configurations';
import { search } from './explore/search';
import { mutatedRules } from './mutated-rules';
import { mutations } from './mutations';
import { describe as describeConfig, traceText } from './report';
import { rules } from './rules';
import { World } from './world/world';

describe('in every state a saga can reach, its promises hold', () => {
  test.each(smallConfigurations.map((config) => [describeConfig(config), config] as const))(
    '%s',
    (_title, config) => {
      const found = search(new World(rules, config));
      expect(`${found.problem?.what ?? ''}\n${traceText(found)}`.trim()).toBe('');
      expect(found.isExhaustive).toBe(true);
      expect(found.states).toBeGreaterThan(1_000);
    },
  );
});

describe('no rule can be left out', () => {
  const quick = mutations.filter(({ config }) => config.verbs === 0 && config.resets === 0);

  test.each(quick.map((mutation) => [mutation.rule, mutation] as const))(
    'without "%s" something breaks',
    (_rule, mutation) => {
      const found = search(new World(mutatedRules(mutation), mutation.config));
      expect(found.problem?.what).toMatch(/^M[1-9]: /);
    },
  );

  test('a mutation of a rule that is written otherwise by now is an error, not a pass', () => {
    const file = 'platform/saga/machine/verbs.ts';
    const change = { file, from: 'no such line', to: '' };
    const mutation = { rule: 'none', changes: [change], config: configuration('C P') };
    expect(() => mutatedRules(mutation)).toThrow('"no such line" is 0 times in');
  });

  test('sources without a change behave as the modules of this process do', () => {
    const config = configuration('C P', { turns: 0 });
    const read = search(new World(mutatedRules({ rule: 'none', changes: [], config }), config));
    const loaded = search(new World(rules, config));
    expect({ ...read, seconds: 0 }).toEqual({ ...loaded, seconds: 0 });
  });
});
