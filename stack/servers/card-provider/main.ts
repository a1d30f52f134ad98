import path from 'node:path';
import { createApp } from '../../../platform/http/app';
import { createHealth } from '../../../platform/http/health';
import { createMetrics } from '../../../platform/http/metrics';
import { startHttps } from '../../../platform/http/server';
import { createLog } from '../../../platform/runtime/log';
import { mountProvider } from './api';
import { Faults } from './faults';
import { openJournal } from './journal';

/** The stand-in for a card provider, as a process of its own; read from the command line as JSON. */
export interface ProviderOptions {
  readonly certsDir: string;
  /** Where the books are kept. */
  readonly stateDir: string;
  readonly port: number;
  /** Loopback unless told: inside a container the other containers must reach it. */
  readonly host?: string;
}

const processName = 'card-provider';

async function main(options: ProviderOptions): Promise<void> {
  const file = (extension: string): string =>
    path.join(options.certsDir, `${processName}.${extension}`);
  const config = {
    HOLDFAST_NAME: processName,
    HOLDFAST_LOG_LEVEL: 'info',
    HOLDFAST_CA_FILE: path.join(options.certsDir, 'ca.crt'),
    HOLDFAST_CERT_FILE: file('crt'),
    HOLDFAST_KEY_FILE: file('key'),
    HOLDFAST_HTTP_HOST: options.host ?? '127.0.0.1',
    HOLDFAST_HTTP_PORT: options.port,
  } as const;
  const log = createLog(config);
  const metrics = createMetrics();
  const journal = openJournal(path.join(options.stateDir, 'journal.jsonl'));
  const app = createApp({
    ...{ log, metrics, health: createHealth() },
    mount: (on) => mountProvider(on, journal, new Faults()),
  });
  const { registry } = metrics;
  const server = await startHttps({ config, app, log, registry, clientCertificate: 'required' });
  log.info('the card provider listens', { port: server.port });
  process.once('SIGTERM', () => {
    void server.close().then(() => {
      journal.close();
      process.exit(0);
    });
  });
}

void main(JSON.parse(process.argv[2] ?? '') as ProviderOptions);
