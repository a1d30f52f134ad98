import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { portsFrom } from '../../stack/ports';
import { createApiClient } from '../up/api-client';
import type { ApiAnswer, ApiRequest } from '../up/api-client';
import { CommandFailed, exitCodes, failureOf } from './failure';

/** Options that every command takes. */
export interface Connection {
  readonly url?: string;
  readonly ca?: string;
  readonly issuer?: string;
  readonly stack: string;
  readonly user?: string;
  readonly json: boolean;
  /** Dead letters of reactions instead of those of read models. */
  readonly reactions?: boolean;
}

/** The gateway as one person uses it; a problem is thrown as {@link CommandFailed}. */
export interface Gateway {
  ask(path: string, request?: Omit<ApiRequest, 'token'>): Promise<ApiAnswer>;
  close(): Promise<void>;
}

/** Adds the options of {@link Connection} to a command. */
export function connectionOptions(command: Command): Command {
  return command
    .option('--url <url>', 'the gateway; without it, the stack of the state folder')
    .option('--ca <file>', 'authority that signed the gateway’s certificate, PEM')
    .option('--issuer <url>', 'auth server, for --user with --url')
    .option('--stack <folder>', 'state folder of a running stack', '.holdfast')
    .option('--user <name>', 'act as this user; password from HOLDFAST_PASSWORD, or <name>-dev')
    .option('--json', 'print the answer as one JSON object', false);
}

interface Place {
  readonly gatewayUrl: string;
  readonly issuer: string | undefined;
  readonly caFile: string;
}

function placeOf({ url, ca, issuer, stack }: Connection): Place {
  const caFile = ca ?? path.join(stack, 'certs', 'ca.crt');
  const portsFile = path.join(stack, 'ports.json');
  if (!existsSync(caFile) || (url === undefined && !existsSync(portsFile))) {
    const message = `there is no stack in ${path.resolve(stack)}`;
    const fix = 'start one with npm start, or give --url, --ca and HOLDFAST_TOKEN';
    throw new CommandFailed('STACK_UNKNOWN', message, exitCodes.failed, fix);
  }
  if (url !== undefined) return { gatewayUrl: url, issuer, caFile };
  const { base } = JSON.parse(readFileSync(portsFile, 'utf8')) as { base: number };
  const { gateway, keycloak } = portsFrom(base);
  const local = `https://localhost:${keycloak}/realms/holdfast`;
  return { gatewayUrl: `https://localhost:${gateway}`, issuer: issuer ?? local, caFile };
}

/** The operator of the embedded stack. */
const localUser = 'olga';

function userOf(told: Connection, token: string | undefined): string | undefined {
  if (told.user !== undefined || token !== undefined) return told.user;
  if (told.url === undefined) return localUser;
  const fix = 'set HOLDFAST_TOKEN to an access token, or give --user and --issuer';
  throw new CommandFailed('TOKEN_REQUIRED', 'nobody is logged in', exitCodes.usage, fix);
}

/** Opens the gateway as the person the options and the environment say. Nothing is sent yet. */
export function openGateway(told: Connection, environment = process.env): Gateway {
  const place = placeOf(told);
  const token = environment.HOLDFAST_TOKEN;
  const user = userOf(told, token);
  const password = environment.HOLDFAST_PASSWORD;
  const api = createApiClient({
    ...{ gatewayUrl: place.gatewayUrl, caFile: place.caFile, issuer: place.issuer ?? '' },
    ...(password === undefined ? {} : { password }),
  });
  return {
    async ask(asked, request = {}) {
      const path_ = told.reactions === true ? `/reactions${asked}` : asked;
      const bearer = user === undefined ? token : await reach(api.token(user), 'auth server');
      const sent = { ...request, ...(bearer === undefined ? {} : { token: bearer }) };
      const answer = await reach(api.call(path_, sent), 'gateway');
      if (answer.status >= 400) throw failureOf(answer);
      return answer;
    },
    close: () => api.close(),
  };
}

function reach<Answer>(asked: Promise<Answer>, who: string): Promise<Answer> {
  return asked.catch((error: unknown) => {
    const cause = (error as { cause?: { code?: string } }).cause?.code;
    const message = `the ${who} cannot be reached: ${cause ?? (error as Error).message}`;
    const fix = 'see that it runs (npm start), and that --url, --ca and --user are right';
    throw new CommandFailed('UNREACHABLE', message, exitCodes.failed, fix);
  });
}

/** Runs one command against the gateway and closes it whatever comes. */
export async function withGateway(
  command: Command,
  work: (gateway: Gateway, told: Connection) => Promise<void>,
): Promise<void> {
  const told = command.opts<Connection & Record<string, unknown>>();
  const gateway = openGateway(told);
  try {
    await work(gateway, told);
  } finally {
    await gateway.close();
  }
}
