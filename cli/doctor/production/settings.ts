import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { decodeJwt } from 'jose';
import type { Config } from '../../../platform/runtime/config';
import { fine, held, warn, wrong } from '../finding';
import type { Finding } from '../finding';

const dayMs = 86_400_000;

/** Lives of what is believed: the longer, the longer a stolen one is good. */
const lives = { tokenMinutes: 15, leafDays: 7, authorityDaysLeft: 30 } as const;

/** What a process is told by its environment, and what is never meant for a deployment. */
export function lookAtSettings(config: Config): readonly Finding[] {
  const drills = (['HOLDFAST_CRASH_POINTS', 'HOLDFAST_FAULT_DIR'] as const).filter(
    (name) => config[name] !== '',
  );
  const host = URL.canParse(config.HOLDFAST_DYNAMODB_ENDPOINT)
    ? new URL(config.HOLDFAST_DYNAMODB_ENDPOINT).hostname
    : '';
  return [
    held(
      drills.length === 0,
      fine('settings, drills', 'none'),
      wrong(
        'settings, drills',
        `set: ${drills.join(', ')}`,
        'take them away: they are for tests, and break what works',
      ),
    ),
    held(
      config.HOLDFAST_DEPLOYMENT !== '' && config.HOLDFAST_BUILD_ID !== '',
      fine('settings, build', `${config.HOLDFAST_DEPLOYMENT} ${config.HOLDFAST_BUILD_ID}`),
      warn(
        'settings, build',
        'it has no name',
        'set HOLDFAST_DEPLOYMENT and HOLDFAST_BUILD_ID: docs/versions.md',
      ),
    ),
    held(
      config.HOLDFAST_LOG_LEVEL !== 'debug',
      fine('settings, log', config.HOLDFAST_LOG_LEVEL),
      warn('settings, log', 'debug', 'set HOLDFAST_LOG_LEVEL=info'),
    ),
    held(
      /\.(?:amazonaws\.com(?:\.cn)?|api\.aws)$/.test(host),
      fine('DynamoDB', host),
      wrong(
        'DynamoDB',
        `${host || 'no address'} is no service of AWS`,
        'DynamoDB Local keeps a file on one machine: use DynamoDB, with point-in-time recovery',
      ),
    ),
    ...keys(config),
    ...certificates(config),
  ];
}

/** Where key-encryption keys are: who has them can open everything, and without them nothing opens. */
function keys(config: Config): readonly Finding[] {
  if (config.HOLDFAST_KEK_FILE === '') return [];
  const fix = 'keep a copy of it in another place, under another lock: docs/keys.md';
  return [warn('keys', `in a file, ${config.HOLDFAST_KEK_FILE}`, fix)];
}

function certificates(config: Config): readonly Finding[] {
  const read = (file: string): X509Certificate => new X509Certificate(readFileSync(file));
  const [leaf, authority] = [read(config.HOLDFAST_CERT_FILE), read(config.HOLDFAST_CA_FILE)];
  const life = (Date.parse(leaf.validTo) - Date.parse(leaf.validFrom)) / dayMs;
  const left = (Date.parse(authority.validTo) - Date.now()) / dayMs;
  return [
    held(
      life <= lives.leafDays,
      fine('certificates, life', `${life.toFixed(1)} days`),
      warn(
        'certificates, life',
        `${life.toFixed(0)} days`,
        `give out ones of ${lives.leafDays} days or less, and renew them by themselves`,
      ),
    ),
    held(
      left > lives.authorityDaysLeft,
      fine('certificates, authority', `${left.toFixed(0)} days left`),
      wrong(
        'certificates, authority',
        `${left.toFixed(0)} days left`,
        'holdfast certs rollover: docs/certificates.md',
      ),
    ),
  ];
}

/** How long an access token of the auth server is good, by one that was given out. */
export function lookAtToken(token: string | undefined): readonly Finding[] {
  const check = 'tokens, life';
  if (token === undefined || token === '') {
    return [warn(check, 'not looked at', 'set HOLDFAST_TOKEN to a fresh access token')];
  }
  const { iat = 0, exp = Number.POSITIVE_INFINITY } = decodeJwt(token);
  const minutes = (exp - iat) / 60;
  return [
    held(
      minutes <= lives.tokenMinutes,
      fine(check, `${minutes.toFixed(0)} minutes`),
      wrong(
        check,
        `${minutes.toFixed(0)} minutes`,
        `let access tokens live ${lives.tokenMinutes} minutes or less`,
      ),
    ),
  ];
}
