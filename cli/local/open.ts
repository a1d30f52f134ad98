import { spawn } from 'node:child_process';
import { Argument, Command } from 'commander';
import { endpointsOf } from '../../stack/environment';
import { recallReach } from '../../stack/recall';
import { temporalPage } from '../../stack/temporal-page';

const help = `
Opens a page of the stack in the browser of this machine, and says its address; in a pipe, or where there is no browser,
it only says the address. A saga is opened in the console, or in the Temporal Web UI.

Exit codes: 0 said, 1 there is no stack, 2 wrong usage.

Examples:
  holdfast open
  holdfast open console place-order:5f1c…
  holdfast open temporal place-order:5f1c…
  curl --cacert .holdfast/certs/ca.crt "$(holdfast open status)"
`;

/** Where the console has a saga; its first page where there is none. */
function placeOf(saga: string | undefined): string {
  return saga === undefined ? '' : `/sagas/${encodeURIComponent(saga.split('/')[0] ?? '')}`;
}

/** Pages there are, by name; each takes a workflow id where it can show one saga. */
const pages = {
  console: ({ processes }, saga) => `${processes.gateway}/console${placeOf(saga)}`,
  docs: ({ processes }) => `${processes.gateway}/docs`,
  status: ({ processes }) => `${processes.gateway}/status`,
  temporal: (endpoints, saga) => temporalPage(endpoints, saga?.split('/')[0]),
  keycloak: ({ keycloak }) => keycloak,
  prometheus: ({ prometheus }) => prometheus,
  consul: ({ consul }) => `${consul}/ui`,
} as const satisfies Readonly<
  Record<string, (endpoints: ReturnType<typeof endpointsOf>, saga?: string) => string>
>;

type Page = keyof typeof pages;

interface OpenOptions {
  readonly state: string;
  readonly json: boolean;
}

/** `holdfast open`: a page of the stack in the browser. */
export function openCommand(): Command {
  return new Command('open')
    .addArgument(new Argument('[page]', 'which').choices(Object.keys(pages)).default('console'))
    .argument('[saga]', 'workflow id or saga id, for the pages console and temporal')
    .option('--state <folder>', 'of the stack', '.holdfast')
    .option('--json', 'print the address as one JSON object', false)
    .addHelpText('after', help)
    .exitOverride()
    .action((page: Page, saga: string | undefined, { state, json }: OpenOptions) => {
      const url = addressOf(state, page, saga);
      process.stdout.write(json ? `${JSON.stringify({ page, url })}\n` : `${url}\n`);
      if (process.stdout.isTTY && !json) show(url);
    });
}

/** Address of a page of the stack in a state folder. Throws STATE_MISMATCH where there was never a stack. */
export function addressOf(stateDir: string, page: Page, saga?: string): string {
  const { ports, brokers } = recallReach(stateDir);
  return pages[page](endpointsOf(ports, brokers), saga);
}

/** Whatever opens addresses here; where there is none the address was said already. */
function show(url: string): void {
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  spawn(opener, [url], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
