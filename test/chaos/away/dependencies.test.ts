import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../../platform/runtime/paths';
import { drills } from './drills';
import { openGround, stretchMs } from './ground';

const document = readFileSync(path.join(projectRoot, 'ARCHITECTURE.md'), 'utf8');
const [, section = ''] = document.split('\n## When a dependency is away\n');
const dependencies = [...section.matchAll(/^\| ([^|]+) \|.*\| (?:closed|degraded) \|$/gm)].map(
  ([, name = '']) => name.replaceAll('`', ''),
);

test('every dependency in the table of ARCHITECTURE.md has a drill, and every drill a row', () => {
  expect(dependencies).toEqual(Object.keys(drills));
});

test.each(dependencies)(
  'with %s away it is as the table says',
  async (name) => {
    const ground = await openGround();
    try {
      await drills[name]?.(ground);
    } finally {
      await ground.close();
    }
  },
  240_000 + stretchMs,
);
