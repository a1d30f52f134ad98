import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { projectRoot } from '../../../platform/runtime/paths';

const preload = path.join(projectRoot, 'dist', 'workers', 'no-time-limit.js');

/** In a thread of its own, as the SDK runs workflows: turns in circles for longer than it is given. */
const inThread = `
  const { Worker } = require('node:worker_threads');
  new Worker(\`
    const vm = require('node:vm');
    const context = vm.createContext({ until: performance.now() + 200, performance });
    const script = new vm.Script('while (performance.now() < until); "ended"', { filename: 'x.js' });
    try {
      process.stdout.write(script.runInContext(context, { timeout: 20, displayErrors: true }));
    } catch (error) {
      process.stdout.write(error.code);
    }
  \`, { eval: true });
`;

test.each([
  ['is cut', [], 'ERR_SCRIPT_EXECUTION_TIMEOUT'],
  ['goes on', ['--require', preload], 'ended'],
])('what takes longer than it is given %s with %j', (_what, options, said) => {
  const { stdout, status } = spawnSync(process.execPath, [...options, '-e', inThread], {
    encoding: 'utf8',
  });
  expect([status, stdout]).toEqual([0, said]);
});
