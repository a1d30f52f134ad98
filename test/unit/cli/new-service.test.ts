import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { newCommand } from '../../../cli/new/command';
import { filesOfService } from '../../../cli/new/service/command';
import { serviceNamesOf } from '../../../cli/new/service/service-names';
import { projectRoot } from '../../../platform/runtime/paths';
import { hearOutput } from '../../support/heard-output';
import { typeCheck } from '../../tidy/checks/type-check';

const root = mkdtempSync(path.join(tmpdir(), 'holdfast-new-service-'));
const registries = ['activities/list.ts', 'activities/index.ts', 'gateway/routes/further.ts'];
beforeEach(() => {
  for (const file of registries) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    cpSync(path.join(projectRoot, file), path.join(root, file));
  }
});
afterEach(() => rmSync(root, { recursive: true }));

const run = (...words: string[]): Promise<unknown> =>
  newCommand().parseAsync(['service', ...words, '--root', root], { from: 'user' });
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const said = hearOutput();

test.each([
  ['ferries', 'postgresql', 'crossing'],
  ['kiosks', 'dynamodb', 'kiosk'],
  ['hangars', 'mongodb', 'hangar'],
] as const)(
  '%s on %s compiles, and stands in every registry',
  async (name, store, aggregate) => {
    const names = serviceNamesOf(name, { aggregate, store });
    const files = filesOfService(names, projectRoot);
    const code = Object.entries(files).filter(([file]) =>
      /^(activities|gateway)\/.*ts$/.test(file),
    );
    expect(typeCheck(Object.fromEntries(code))).toEqual([]);
    await run(name, '--store', store, '--keeps', aggregate);
    expect(read('activities/list.ts')).toContain(
      `{ name: '${name}', store: '${store}' },\n] as const`,
    );
    expect(read('activities/index.ts')).toMatch(new RegExp(`\\b${name},?\\s*\\];`));
    expect(read('gateway/routes/further.ts')).toContain(`...facing('${name}', ${name}Operations),`);
    expect(said()).toContain(`wrote schemas/events/${aggregate}.made/1.0.json`);
  },
  120_000,
);

test('a second one stands behind the first', async () => {
  await run('ferries');
  await run('kiosks', '--store', 'dynamodb', '--keeps', 'kiosk');
  const further = read('gateway/routes/further.ts');
  expect(further).toMatch(/\.\.\.facing\('ferries'[^\n]*\n {2}\.\.\.facing\('kiosks'/);
  expect(further.match(/import \{ facing, passingOn \}/g)).toHaveLength(1);
  expect(read('activities/index.ts')).toMatch(/\bferries,\s*kiosks,?\s*\];/);
});

test('what is written is laid out as the rest, by the formatter of the project', async () => {
  symlinkSync(path.join(projectRoot, 'node_modules'), path.join(root, 'node_modules'));
  cpSync(path.join(projectRoot, '.prettierrc.json'), path.join(root, '.prettierrc.json'));
  await run('ferries');
  const bin = path.join(projectRoot, 'node_modules', 'prettier', 'bin', 'prettier.cjs');
  const checked = spawnSync(process.execPath, [bin, '--check', 'activities', 'gateway', 'test'], {
    cwd: root,
  });
  expect([checked.status, String(checked.stderr)]).toEqual([0, '']);
});

test('a dry run writes nothing', async () => {
  await run('ferries', '--dry-run', '--json');
  const told = JSON.parse(said()) as { files: string[]; written: boolean };
  expect(told.written).toBe(false);
  expect(told.files).toContain('activities/ferries/decider.ts');
  expect(existsSync(path.join(root, 'activities/ferries'))).toBe(false);
});

test.each([
  ['Travel', [], 'NAME_INVALID'],
  ['two-words', [], 'NAME_INVALID'],
  ['gateway', [], 'NAME_INVALID'],
  ['switch', [], 'NAME_INVALID'],
  ['ferries', ['--keeps', 'class'], 'NAME_INVALID'],
])('%s %j is refused, and nothing is written', async (name, more, code) => {
  await expect(run(name, ...more)).rejects.toMatchObject({ code });
  expect(existsSync(path.join(root, 'activities', name))).toBe(false);
});

test('a service, or events of that beginning, that are there already are left as they are', async () => {
  await run('ferries');
  await expect(run('ferries')).rejects.toMatchObject({ code: 'ALREADY_THERE' });
  await expect(run('other')).rejects.toMatchObject({ code: 'ALREADY_THERE' });
  mkdirSync(path.join(root, 'schemas/events/order.opened'), { recursive: true });
  await expect(run('other', '--keeps', 'order')).rejects.toMatchObject({ code: 'ALREADY_THERE' });
  await run('other', '--keeps', 'thing');
});

test('registries that people have changed are told, not guessed at', async () => {
  rmSync(path.join(root, 'gateway/routes/further.ts'));
  await expect(run('ferries')).rejects.toMatchObject({ code: 'PROJECT_UNKNOWN' });
  cpSync(
    path.join(projectRoot, 'gateway/routes/parts.ts'),
    path.join(root, 'gateway/routes/further.ts'),
  );
  await expect(run('ferries')).rejects.toMatchObject({ code: 'REGISTRY_UNREADABLE' });
  expect(existsSync(path.join(root, 'activities/ferries'))).toBe(false);
});
