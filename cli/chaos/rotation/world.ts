import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseConfig } from '../../../platform/runtime/config';
import type { Config } from '../../../platform/runtime/config';
import { recallReach } from '../../../stack/recall';
import type { Reach } from '../../../stack/servers/server';
import type { Shot } from '../../attack/attack';
import { withKeyStore } from '../../keys/ask';
import type { Ask } from '../../keys/ask';
import type { ApiClient } from '../../up/api-client';
import type { Stage } from '../stage';
import type { Load } from './load';

/** What the turns of a drill turn, and the clients that must not notice. */
export interface DrillWorld {
  readonly stage: Stage;
  readonly api: ApiClient;
  readonly load: Load;
  readonly reach: Reach;
  readonly ca: Buffer;
  readonly issuer: string;
  readonly gatewayUrl: string;
  readonly configOf: (name: string) => Config;
  /** One question to the key store, as its operator. */
  readonly askKeys: Ask;
  readonly say: (line: string) => void;
}

/** One kind of secret, replaced while everything goes on; shots show that it was, and what is left. */
export interface Turn {
  readonly name: string;
  run(world: DrillWorld): Promise<readonly Shot[]>;
}

/** The parts of a stage's world that a drill needs. */
export function drillWorld(
  stage: Stage,
  parts: Pick<DrillWorld, 'api' | 'load' | 'say'>,
): DrillWorld {
  const stateDir = path.dirname(stage.logsDir);
  const configOf = (name: string) => parseConfig(stage.arena.environmentFor(name));
  const gateway = configOf('gateway');
  return {
    ...parts,
    ...{ stage, configOf },
    reach: recallReach(stateDir),
    ca: readFileSync(gateway.HOLDFAST_CA_FILE),
    issuer: gateway.HOLDFAST_ISSUER,
    gatewayUrl: `https://localhost:${gateway.HOLDFAST_HTTP_PORT}`,
    askKeys: (...asked) => withKeyStore({ state: stateDir }, (ask) => ask(...asked)),
  };
}
