import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../../platform/runtime/paths';
import { ask } from '../https-request';
import type { Running, ServerContext, ServerDefinition } from '../server';
import { untilReady } from '../server';
import type { ProviderOptions } from './main';

/** Version of the stand-in's API. */
const version = '1';

async function start(context: ServerContext): Promise<Running> {
  const { certsDir, ports } = context;
  const stateDir = path.join(context.stateDir, 'card-provider');
  mkdirSync(stateDir, { recursive: true });
  const port = ports.cardProvider;
  const options: ProviderOptions = { certsDir, stateDir, port };
  const script = path.join(projectRoot, 'dist', 'stack', 'servers', 'card-provider', 'main.js');
  const child = context.spawn({
    name: 'card-provider',
    command: process.execPath,
    args: ['--max-old-space-size=96', script, JSON.stringify(options)],
  });
  const url = `https://localhost:${port}/readyz`;
  const answers = (): Promise<unknown> => ask(context, { url });
  await untilReady('card-provider', [child], answers);
  return { version, port, children: [child], ask: answers };
}

/**
 * A stand-in for the card provider that payments calls: real HTTP over mutual TLS, idempotency keys, books that survive
 * a restart, and faults that tests switch on. It knows nothing of Holdfast.
 */
export const cardProvider: ServerDefinition = {
  name: 'card-provider',
  ports: () => ['cardProvider'],
  provision: async () => (context) => start(context),
};
