import { temporalPage } from '../../stack/temporal-page';
import type { ApiClient } from './api-client';
import { demonstration } from './shown';
import { platformProcesses } from './world';
import type { World } from './world';

/** URLs, development users and commands to try next, each of which works as printed. */
export async function printGuide(world: World, api: ApiClient): Promise<void> {
  const { endpoints, certsDir } = world.stack;
  const gateway = world.gatewayUrl;
  const curl = `curl -s --cacert ${certsDir}/ca.crt`;
  const { username, commands } = await demonstration.tryNext(api, { curl, gateway });
  const token = `${curl} ${endpoints.issuer}/protocol/openid-connect/token -d grant_type=password -d client_id=holdfast-cli -d username=${username} -d password=${username}-dev | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/'`;
  const lines = [
    '',
    `  Console       ${gateway}/console`,
    `  API           ${gateway}/docs`,
    ...furtherInstances(world),
    `  Temporal      ${temporalPage(endpoints)}`,
    `  Keycloak      ${endpoints.keycloak}  (admin console, realm holdfast)`,
    `  Prometheus    ${endpoints.prometheus}  (asks for a client certificate, see ${certsDir})`,
    `  Users         alice, bob, carol (customers)  vera (viewer)  adam (admin)  olga (operator)`,
    `                pam (payments approver)  paul (the same, up to 6000.00 EUR)`,
    `                password of each: <name>-dev`,
    `  State, logs   ${world.stack.stateDir}`,
    '',
    'Try next:',
    `  TOKEN=$(${token})`,
    ...commands.map((command) => `  ${command}`),
    '',
    'Ctrl-C stops everything.',
    '',
  ];
  process.stderr.write(lines.join('\n'));
}

/** A line for each process of which there is more than one: all of its instances, with their addresses. */
function furtherInstances(world: World): string[] {
  const all = world.instances();
  return platformProcesses.flatMap(({ name: process }) => {
    const told = all.filter((one) => one.process === process);
    const places = told.map(({ name, url }) => `${name} ${url}`).join(', ');
    return told.length < 2 ? [] : [`  ${process.padEnd(12)}  ${places}`];
  });
}
