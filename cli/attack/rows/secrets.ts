import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createLog } from '../../../platform/runtime/log';
import { kekFileOf } from '../../../stack/secrets';
import { openShop } from '../../chaos/shop';
import { platformProcesses } from '../../up/processes';
import { shot } from '../attack';
import type { Attack, AttackTarget, Shot } from '../attack';
import { filesWith } from '../file-scan';
import { logsSince } from '../logs';
import { askOnce, leafOfProcess } from '../wire';
import type { Asked } from '../wire';

/** What is looked for: a name that may be shown, and the text that may not. */
interface Needle {
  readonly name: string;
  readonly text: string;
}

/** Members that hold secrets in other people's programs. */
const members = ['password', 'token', 'authorization', 'apiKey', 'cardNumber', 'cvc', 'secret'];

/** An object that has a secret `depth` levels down. */
function nested(secret: string, depth: number): Record<string, unknown> {
  const deepest: Record<string, unknown> = Object.fromEntries(
    members.map((name) => [name, secret]),
  );
  let value = deepest;
  for (let level = 1; level < depth; level += 1) value = { inner: value };
  return value;
}

/** Every way a client might hand over a secret; each is refused, so nobody keeps it. */
function requestsWith(
  target: AttackTarget,
  secret: string,
  token: string,
): Readonly<Record<string, Asked>> {
  const { gatewayUrl } = target;
  const basic = Buffer.from(`carol:${secret}`).toString('base64');
  const get = (headers: Record<string, string>, query = ''): Asked => ({
    ...{ url: `${gatewayUrl}/sagas${query}`, headers },
  });
  const asked: Record<string, Asked> = {
    'a bearer token': get({ authorization: `Bearer ${secret}` }),
    'a token that looks like one': get({ authorization: `Bearer ${token}.${secret}` }),
    'a password': get({ authorization: `Basic ${basic}${secret}` }),
    'a cookie': get({ cookie: `session=${secret}` }),
    'a key in a header': get({ 'x-api-key': secret }),
    'a token in an address': get({ authorization: `Bearer ${token}` }, `?access_token=${secret}`),
    'a key of a repeat': get({ 'idempotency-key': secret }),
    // An id of a request is no secret: it is repeated, so that both sides can find it.
    'a trace': get({ traceparent: `00-${secret}`, tracestate: `a=${secret}` }),
  };
  const start = (body: unknown): Asked => ({
    ...{ url: `${gatewayUrl}/sagas/place-order`, method: 'POST', body: JSON.stringify(body) },
    headers: {
      ...{ authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      'idempotency-key': randomUUID(),
    },
  });
  for (let depth = 1; depth <= 6; depth += 1) {
    asked[`a body, depth ${depth}`] = start(nested(secret, depth));
  }
  return asked;
}

/** Errors as libraries throw them, with everything they carry along. */
function errorsWith(secret: string): Readonly<Record<string, unknown>> {
  const client = Object.assign(new Error('Request failed with status code 500'), {
    ...{ config: { headers: { Authorization: `Bearer ${secret}` }, data: nested(secret, 3) } },
    ...{
      request: { _header: `Authorization: Bearer ${secret}` },
      response: { data: nested(secret, 2) },
    },
  });
  const errors: Record<string, unknown> = {
    'an error of an HTTP client': client,
    'a cause': new Error('the call failed', { cause: client }),
    'a cause of a cause': new Error('no', { cause: new Error('no', { cause: client }) }),
    'a message with a token': new Error(`401 for Authorization: Bearer ${secret}`),
    'a message with an address': new Error(`cannot connect to postgres://admin:${secret}@db/x`),
    'a message with a member': new Error(`rejected {"password":"${secret}"}`),
    'many errors': new AggregateError([client, new Error(`token=${secret}`)], 'all failed'),
    'no error at all': nested(secret, 1),
  };
  for (let depth = 1; depth <= 6; depth += 1) {
    errors[`a member at depth ${depth}`] = Object.assign(new Error('no'), nested(secret, depth));
  }
  return errors;
}

/** Writes each into a log of ours, as a process does that logs what it caught. */
function logged(secret: string): readonly Shot[] {
  let written = '';
  const log = createLog(
    { HOLDFAST_NAME: 'attack', HOLDFAST_LOG_LEVEL: 'debug' },
    { write: (line) => (written += line) },
  );
  return Object.entries(errorsWith(secret)).map(([name, error]) => {
    written = '';
    log.error('it failed', { error });
    log.warn('it failed', { ...(error as object), reason: `Bearer ${secret}` });
    if (written === '') throw new Error('the log writes nothing');
    return shot(`a log of ${name}`, 'without', written.includes(secret) ? 'with' : 'without');
  });
}

/** A line of a key between head and end; it is of no other key. */
const keyLine = (pem: string): string => pem.split('\n')[2] ?? '';
const lengthMin = 16;

/** The stack's own secrets; what is shorter than a secret is none, and is found everywhere. */
function ownSecrets({ stateDir }: AttackTarget): readonly Needle[] {
  const read = (...parts: string[]): string => readFileSync(path.join(stateDir, ...parts), 'utf8');
  const secrets = readdirSync(path.join(stateDir, 'secrets'), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => ({ name, text: read('secrets', name).trim() }));
  const wrapping = readFileSync(kekFileOf(stateDir), 'utf8')
    .split('\n')
    .map((line) => ({ name: kekName, text: line.trim().split(/\s+/)[1] ?? '' }));
  const keys = readdirSync(path.join(stateDir, 'certs'))
    .filter((name) => name.endsWith('.key'))
    .map((name) => ({ name, text: keyLine(read('certs', name)) }));
  return [...secrets, ...wrapping, ...keys].filter(({ text }) => text.length >= lengthMin);
}

const kekName = 'a key-encryption key';

/** Where secrets live: Keycloak and Consul keep what they check against, and PostgreSQL a copy of its key. */
function isHome(file: string, name: string): boolean {
  if (name === kekName) return file.startsWith('secrets/keys/');
  if (file === 'postgres/server.key') return name === 'postgres.key';
  return /^(secrets|certs|authority|keycloak|consul)\//.test(file);
}

/** Where secrets stand that should not, as `<file of the state folder>: <name>`. */
function strayed(
  { stateDir }: AttackTarget,
  handed: readonly Needle[],
  own: readonly Needle[],
): readonly string[] {
  const needles = [...handed, ...own];
  const found = filesWith(
    stateDir,
    needles.map(({ text }) => text),
  );
  // What was handed over lives nowhere.
  const mayBe = (file: string, needle: Needle) => own.includes(needle) && isHome(file, needle.name);
  return needles.flatMap((needle) =>
    (found.get(needle.text) ?? [])
      .filter((file) => !mayBe(file, needle))
      .map((file) => `${file}: ${needle.name}`),
  );
}

async function metricsOf(target: AttackTarget): Promise<string> {
  const leaf = leafOfProcess(target, 'prometheus');
  const texts = platformProcesses.map(async ({ name }) => {
    const port = target.environmentFor(name).HOLDFAST_HTTP_PORT;
    return askOnce(target, { url: `https://localhost:${port}/metrics`, leaf });
  });
  return (await Promise.all(texts)).map(({ text }) => text).join('\n');
}

const shownMax = 5;
const listed = (found: readonly string[]): string =>
  found.length === 0 ? 'nowhere' : found.slice(0, shownMax).join('; ');

const kept: Attack = {
  row: 'S42',
  title: 'secrets in logs, errors, metrics, Temporal, databases and command lines',
  source: 'ASVS 16.2.5, 14.2.1',
  beyond:
    'large values that PostgreSQL compresses; environments of processes, which their user may read',
  async run(target) {
    const secret = `cnry${randomBytes(12).toString('hex')}`;
    const token = await target.api.token('frank');
    const shots: Shot[] = [...logged(secret)];
    const logs = logsSince(target.stateDir);
    for (const [name, request] of Object.entries(requestsWith(target, secret, token))) {
      const { text } = await askOnce(target, request);
      const seen = text.includes(secret) ? 'repeated' : 'not repeated';
      shots.push(shot(`${name}: in the answer`, 'not repeated', seen));
    }
    await logs.untilSome('gateway');
    // An honest saga as well: its token goes through every part there is.
    const shop = await openShop({ api: target.api, customer: 'frank', received: 5 });
    await shop.outcomeOf(await shop.placedOrder());
    const handed: readonly Needle[] = [
      { name: 'a secret in a request', text: secret },
      { name: 'an access token', text: token.split('.')[2] ?? '' },
    ];
    const own = ownSecrets(target);
    const inMetrics = await metricsOf(target);
    const inLines = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
    const namesIn = (text: string) =>
      [...handed, ...own].filter((needle) => text.includes(needle.text)).map(({ name }) => name);
    return [
      ...shots,
      shot('in metrics', 'nowhere', listed(namesIn(inMetrics))),
      shot('in command lines', 'nowhere', listed(namesIn(inLines))),
      shot('in every file of the state folder', 'nowhere', listed(strayed(target, handed, own))),
    ];
  },
};

/** Attacks on what is kept of a secret. */
export const secretAttacks: readonly Attack[] = [kept];
