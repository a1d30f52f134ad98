import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { ServerName, Stack } from './index';
import { serverNames, startStack } from './index';
import { ownProcesses } from './environment';
import { progressReporter } from './progress';

/** Writes the environment of every process where a script or a test can read it. */
function writeEnvironments(stack: Stack): string {
  const names = ['admin', ...ownProcesses];
  const file = path.join(stack.stateDir, 'env.json');
  const environments = Object.fromEntries(names.map((name) => [name, stack.environmentFor(name)]));
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(environments, null, 2));
  return file;
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      state: { type: 'string', default: '.holdfast' },
      'port-base': { type: 'string' },
      servers: { type: 'string', default: serverNames.join(',') },
      brokers: { type: 'string', default: '1' },
      fast: { type: 'boolean', default: false },
    },
  });
  const base = values['port-base'];
  return {
    stateDir: values.state,
    portBase: base === undefined ? undefined : Number(base),
    servers: values.servers.split(',') as ServerName[],
    brokers: values.brokers === '3' ? (3 as const) : (1 as const),
    fast: values.fast,
  };
}

/** Only the servers, without our own processes: for working on one part by hand. */
async function main(): Promise<void> {
  const interrupt = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      process.once(name, () => {
        interrupt.abort(new Error(`stopped by ${name}`));
        resolve();
      });
    }
  });
  const onProgress = progressReporter(process.stdout);
  const stack = await startStack({ ...readArguments(), onProgress, signal: interrupt.signal });
  console.log(JSON.stringify(stack.endpoints, null, 2));
  console.table(await stack.servers(), ['name', 'version', 'readyMs', 'rssMb', 'port', 'pid']);
  console.log(`environments in ${writeEnvironments(stack)}; Ctrl-C stops everything`);
  await stopped;
  await stack.stop();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1); // a download that was given up may still be running
  },
);
