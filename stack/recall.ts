import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { endpointsOf, environmentOf, portAllotter } from './environment';
import { StackError } from './errors';
import { portsFrom } from './ports';
import { brokersOf } from './running';
import { kekFileOf, openSecrets } from './secrets';
import { consulTokenOf } from './servers/consul/tokens';
import type { Reach } from './servers/server';

/** Where the servers of the stack in `stateDir` are. Throws STATE_MISMATCH where there was never a stack. */
export function recallReach(stateDir: string): Reach {
  const folder = path.resolve(stateDir);
  const certsDir = path.join(folder, 'certs');
  const file = path.join(folder, 'ports.json');
  if (!existsSync(file) || !existsSync(certsDir)) {
    throw new StackError({
      code: 'STATE_MISMATCH',
      subject: 'stack',
      cause: `there is no stack in ${stateDir}`,
      fix: 'start one with npm start, or set HOLDFAST_TEMPORAL_ADDRESS and the other variables',
    });
  }
  const { base } = JSON.parse(readFileSync(file, 'utf8')) as { base: number };
  const brokers = brokersOf(folder);
  return {
    stateDir: folder,
    certsDir,
    ports: portsFrom(base),
    brokers,
    secret: openSecrets(folder),
  };
}

/**
 * The environment of each of our processes on the stack whose state is in `stateDir`, whoever started it; whether it
 * runs is for the first connection to say. Throws STATE_MISMATCH where there was never a stack.
 */
export function recallEnvironment(stateDir: string): (name: string) => Record<string, string> {
  const { certsDir, ports, brokers, secret } = recallReach(stateDir);
  const told = {
    endpoints: endpointsOf(ports, brokers),
    certsDir,
    instance: '',
    consulTokenOf: consulTokenOf(secret),
    kekFile: kekFileOf(path.resolve(stateDir)),
  };
  const portOf = portAllotter(ports);
  return (name) => environmentOf({ ...told, portOf }, name);
}
