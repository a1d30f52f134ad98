import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { endpointsOf, environmentOf, portAllotter } from './environment';
import { StackError } from './errors';
import { portsFrom } from './ports';
import { brokersOf } from './running';
import { openSecrets } from './secrets';

/**
 * The environment of each of our processes on the stack whose state is in `stateDir`, whoever started it; whether it
 * runs is for the first connection to say. Throws STATE_MISMATCH where there was never a stack.
 */
export function recallEnvironment(stateDir: string): (name: string) => Record<string, string> {
  const certsDir = path.resolve(stateDir, 'certs');
  const file = path.resolve(stateDir, 'ports.json');
  if (!existsSync(file) || !existsSync(certsDir)) {
    throw new StackError({
      code: 'STATE_MISMATCH',
      subject: 'stack',
      cause: `there is no stack in ${stateDir}`,
      fix: 'start one with npm start, or set HOLDFAST_TEMPORAL_ADDRESS and the other variables',
    });
  }
  const { base } = JSON.parse(readFileSync(file, 'utf8')) as { base: number };
  const ports = portsFrom(base);
  const consulToken = openSecrets(path.resolve(stateDir))('consul-service-token');
  const told = {
    endpoints: endpointsOf(ports, brokersOf(stateDir)),
    certsDir,
    instance: '',
    consulToken,
  };
  const portOf = portAllotter(ports);
  return (name) => environmentOf({ ...told, portOf }, name);
}
