import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Config } from '../../../platform/runtime/config';
import { dataKey } from '../../../platform/security/keys/envelope';
import { temporalConverter } from '../../../platform/security/keys/temporal-codec';
import { fixedKeys } from '../../../platform/security/keys/vault';
import { createTestGrants } from '../../support/grants';
import { configFor } from '../../support/world';
import type { SagaWorld } from './saga-world';
import { startSagaWorld } from './saga-world';

/** Key of the sealed worlds: it seals nothing else. */
export const sealedWorldKeys = fixedKeys([dataKey('temporal-test', Buffer.alloc(32, 7))]);

/** A saga world on the real Temporal server whose every payload is sealed. */
export interface SealedWorld extends SagaWorld {
  readonly config: Config;
  /** Reasons of the codec's refusals so far, those of clients included. */
  readonly refusals: string[];
}

/** How tests reach the real server: as the orchestrator. */
export function reachOf(config: Config): ConnectionOptions {
  const read = (file: string) => readFileSync(file);
  return {
    address: config.HOLDFAST_TEMPORAL_ADDRESS,
    tls: {
      serverRootCACertificate: read(config.HOLDFAST_CA_FILE),
      clientCertPair: {
        crt: read(config.HOLDFAST_CERT_FILE),
        key: read(config.HOLDFAST_KEY_FILE),
      },
    },
  };
}

export async function startSealedWorld(bundleFile?: string): Promise<SealedWorld> {
  const config = configFor('orchestrator');
  const namespace = config.HOLDFAST_TEMPORAL_NAMESPACE;
  const refusals: string[] = [];
  const dataConverter = temporalConverter({
    ...{ keys: sealedWorldKeys, namespace },
    refused: (reason) => refusals.push(reason),
  });
  const { address, tls } = reachOf(config);
  const open = () =>
    TestWorkflowEnvironment.createFromExistingServer({
      ...{ namespace, client: { dataConverter } },
      ...(address === undefined ? {} : { address }),
      ...(typeof tls === 'object' ? { connectionOptions: { tls } } : {}),
    });
  const world = await startSagaWorld(bundleFile, createTestGrants, { open, dataConverter });
  return { ...world, config, refusals };
}
