import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { projectRoot } from '../../../platform/runtime/paths';
import { withShortTimes } from '../../../stack/servers/prometheus';

const folder = path.join(projectRoot, 'deploy', 'prometheus', 'rules');
type Rule = Readonly<Record<string, unknown>>;
const rulesIn = (text: string): readonly Rule[] =>
  (parse(text) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);

test.each(readdirSync(folder))(
  'in %s tests shorten the times of rules and nothing else',
  (name) => {
    const text = readFileSync(path.join(folder, name), 'utf8');
    const expected = rulesIn(text).map((rule) => ('for' in rule ? { ...rule, for: '5s' } : rule));
    expect(rulesIn(withShortTimes(text, '5s'))).toEqual(expected);
  },
);

test('what is no time is not written into rules', () => {
  expect(() => withShortTimes('', '5s\n expr: 1')).toThrow('no time');
});
