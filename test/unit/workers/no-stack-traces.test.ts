import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { projectRoot } from '../../../platform/runtime/paths';

const preload = path.join(projectRoot, 'dist', 'workers', 'no-stack-traces.js');

/** Two contexts that each follow promises of their own, as the spans of two sagas do. */
const inContexts = `
  const { AsyncLocalStorage } = require('node:async_hooks');
  const storage = new AsyncLocalStorage();
  const seen = async (name) => storage.run(name, async () => {
    await undefined;
    return storage.getStore();
  });
  Promise.all([seen('one'), seen('other')]).then((names) => process.stdout.write(names.join()));
`;

/** Says whether the SDK notes stacks in a thread of its own, which is where it runs workflows. */
const inThread = `
  const { Worker } = require('node:worker_threads');
  new Worker(\`
    const { globalHandlers } = require('@temporalio/worker/lib/workflow/vm-shared');
    globalHandlers.install();
    process.stdout.write(String(globalHandlers.promiseHookInstalled));
  \`, { eval: true });
`;

test.each([
  ['notes stacks', [], 'true'],
  ['notes none', ['--require', preload], 'false'],
])('a thread of workflows %s with %j', (_what, options, installed) => {
  const { stdout, status } = spawnSync(process.execPath, [...options, '-e', inThread], {
    ...{ cwd: projectRoot, encoding: 'utf8' },
  });
  expect([status, stdout]).toEqual([0, installed]);
});

test('what follows promises goes on without: contexts are not lost', () => {
  const { stdout, status } = spawnSync(process.execPath, ['--require', preload, '-e', inContexts], {
    encoding: 'utf8',
  });
  expect([status, stdout]).toEqual([0, 'one,other']);
});
