import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { endpointsOf, environmentOf, portAllotter } from './environment';
import { StackError } from './errors';
import { portsFrom } from './ports';
import type { Ports } from './ports';
import { brokersOf } from './running';
import { kekFileOf, openSecrets } from './secrets';

/** The ports of the stack whose state is in `stateDir`. Throws STATE_MISMATCH where there was never a stack. */
export function recallPorts(stateDir: string): Ports {
  const file = path.resolve(stateDir, 'ports.json');
  if (!existsSync(file) || !existsSync(path.resolve(stateDir, 'certs'))) {
    throw new StackError({
      code: 'STATE_MISMATCH',
      subject: 'stack',
      cause: `there is no stack in ${stateDir}`,
      fix: 'start one with npm start, or set HOLDFAST_TEMPORAL_ADDRESS and the other variables',
    });
  }
  return portsFrom((JSON.parse(readFileSync(file, 'utf8')) as { base: number }).base);
}

/**
 * The environment of each of our processes on the stack whose state is in `stateDir`, whoever started it; whether it
 * runs is for the first connection to say. Throws STATE_MISMATCH where there was never a stack.
 */
export function recallEnvironment(stateDir: string): (name: string) => Record<string, string> {
  const certsDir = path.resolve(stateDir, 'certs');
  const ports = recallPorts(stateDir);
  const consulToken = openSecrets(path.resolve(stateDir))('consul-service-token');
  const told = {
    endpoints: endpointsOf(ports, brokersOf(stateDir)),
    certsDir,
    instance: '',
    consulToken,
    kekFile: kekFileOf(path.resolve(stateDir)),
  };
  const portOf = portAllotter(ports);
  return (name) => environmentOf({ ...told, portOf }, name);
}
