import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { newCommand } from '../../../cli/new/command';
import { filesOfEvent } from '../../../cli/new/event/command';
import { eventNamesOf } from '../../../cli/new/event/event-names';
import { filesOfService } from '../../../cli/new/service/command';
import { serviceNamesOf } from '../../../cli/new/service/service-names';
import { writeFiles } from '../../../cli/new/writing';
import { projectRoot } from '../../../platform/runtime/paths';
import { hearOutput } from '../../support/heard-output';
import { typeCheck } from '../../tidy/checks/type-check';

const root = mkdtempSync(path.join(tmpdir(), 'holdfast-new-event-'));
const ferries = filesOfService(
  serviceNamesOf('ferries', { aggregate: 'crossing', store: 'postgresql' }),
  projectRoot,
);
beforeEach(() => {
  cpSync(path.join(projectRoot, 'activities'), path.join(root, 'activities'), { recursive: true });
  writeFiles(ferries, root);
});
afterEach(() => rmSync(root, { recursive: true }));

const run = (...words: string[]): Promise<unknown> =>
  newCommand().parseAsync(['event', ...words, '--root', root], { from: 'user' });
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const said = hearOutput();

/** Typings of jest are not read where documents and scaffolds are checked. */
const isCode = ([file]: readonly [string, string]): boolean =>
  file.endsWith('.ts') && !file.startsWith('test/');

test.each([
  ['crossing.rebooked', 'rebook', 'ferries'],
  ['order.engraved', 'engrave', 'orders'],
])(
  '%s compiles in its service, as a fact, a command and a decision',
  (type, by, service) => {
    const files = { ...ferries, ...filesOfEvent(eventNamesOf(type, { by }, root), root) };
    expect(typeCheck(Object.fromEntries(Object.entries(files).filter(isCode)))).toEqual([]);
    expect(files[`activities/${service}/contract.ts`]).toContain(`  ${by}: command({`);
    expect(files[`activities/${service}/state.ts`]).toContain(
      `case '${type}':\n      return state;`,
    );
    const schema = JSON.parse(files[`schemas/events/${type}/1.0.json`] ?? '{}') as object;
    expect(schema).toMatchObject({ title: type, additionalProperties: false });
  },
  120_000,
);

test('a second one stands behind the first', async () => {
  await run('crossing.rebooked', '--by', 'rebook');
  await run('crossing.insured', '--by', 'insure');
  expect(read('activities/ferries/state.ts')).toMatch(
    /'crossing\.rebooked': [^\n]*\n {2}'crossing\.insured': /,
  );
  expect(read('activities/ferries/service.ts')).toMatch(
    /rebookCrossing, insureCrossing } from '\.\/decider'/,
  );
  expect(existsSync(path.join(root, 'test/unit/activities/ferries-insure.test.ts'))).toBe(true);
});

test('a dry run writes nothing', async () => {
  await run('crossing.rebooked', '--by', 'rebook', '--dry-run', '--json');
  const told = JSON.parse(said()) as { files: string[]; written: boolean };
  expect(told).toMatchObject({ written: false });
  expect(told.files).toContain('activities/ferries/decider.ts');
  expect(read('activities/ferries/decider.ts')).not.toContain('rebookCrossing');
});

test.each([
  ['Crossing.rebooked', 'rebook'],
  ['crossing', 'rebook'],
  ['of.nobody', 'rebook'],
  ['crossing.rebooked', 'switch'],
  ['crossing.rebooked', 'Re book'],
])('%s by %s is refused, and nothing is written', async (type, by) => {
  await expect(run(type, '--by', by)).rejects.toMatchObject({ code: 'NAME_INVALID' });
  expect(read('activities/ferries/contract.ts')).toBe(ferries['activities/ferries/contract.ts']);
});

test('an event there is already, and a service that is laid out otherwise, are left as they are', async () => {
  await run('crossing.rebooked', '--by', 'rebook');
  await expect(run('crossing.rebooked', '--by', 'rebook')).rejects.toMatchObject({
    code: 'ALREADY_THERE',
  });
  await expect(run('crossing.renamed', '--by', 'confirm')).rejects.toMatchObject({
    code: 'ALREADY_THERE',
  });
  // Payments keeps its facts in a file for each aggregate.
  await expect(run('payment.engraved', '--by', 'engrave')).rejects.toMatchObject({
    code: 'PROJECT_UNKNOWN',
  });
  writeFileSync(path.join(root, 'activities/ferries/state.ts'), 'export {};\n');
  await expect(run('crossing.insured', '--by', 'insure')).rejects.toMatchObject({
    code: 'REGISTRY_UNREADABLE',
  });
  expect(read('activities/ferries/contract.ts')).not.toContain('insure');
});
