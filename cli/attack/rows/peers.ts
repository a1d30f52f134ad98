import { identityPrefix } from '../../../platform/security/peer';
import { shot } from '../attack';
import type { Attack, AttackTarget, Shot } from '../attack';
import type { Wrong } from '../forge';
import { scan } from '../scan';
import { greetings } from '../../../stack/wire/greetings';
import { knock } from '../../../stack/wire/knock';
import type { Listener } from '../../../stack/wire/knock';
import { askUnder, leafOfProcess } from '../wire';

interface Door extends Listener {
  /** A process of ours that is let in here: a door that answers nobody shows nothing. */
  readonly honest: string;
  /** Looks at the one identity in a certificate itself; the others know their peers by subject, in their own way. */
  readonly isOurs: boolean;
}

/** Every listener that takes nobody without a certificate. The gateway is asked on its own: people have none. */
function doorsOf({ environmentFor }: AttackTarget): readonly Door[] {
  const told = environmentFor('projector');
  const portIn = (text = '') => Number(new URL(text.includes('://') ? text : `tls://${text}`).port);
  const http = (name: string, port: number, honest: string): Door => ({
    ...{ name, port, honest, isOurs: true },
    ...greetings.http,
  });
  const ours = ['orders', 'payments', 'inventory', 'orchestrator', 'projector', 'auditor', 'keys'];
  const brokers = (told.HOLDFAST_KAFKA_BROKERS ?? '').split(',');
  return [
    ...ours.map((name) =>
      http(name, Number(environmentFor(name).HOLDFAST_HTTP_PORT), 'prometheus'),
    ),
    http('card provider', portIn(told.HOLDFAST_CARD_PROVIDER_URL), 'payments'),
    http('dynamodb', portIn(told.HOLDFAST_DYNAMODB_ENDPOINT), 'inventory'),
    {
      ...http('temporal', portIn(told.HOLDFAST_TEMPORAL_ADDRESS), 'orchestrator'),
      ...greetings.http2,
    },
    ...brokers.map((address, index) => ({
      ...{ name: `kafka broker ${index + 1}`, port: portIn(address), ...greetings.kafka },
      ...{ honest: 'projector', isOurs: false },
    })),
    {
      ...{ name: 'mongodb', port: portIn(told.HOLDFAST_MONGODB_URL), ...greetings.mongodb },
      ...{ honest: 'orders', isOurs: false },
    },
    {
      ...{ name: 'postgresql', port: Number(told.HOLDFAST_POSTGRES_PORT), ...greetings.postgres },
      ...{ honest: 'admin', isOurs: false },
    },
    {
      ...{ name: 'redis', port: Number(told.HOLDFAST_REDIS_PORT), ...greetings.redis },
      ...{ honest: 'gateway', isOurs: false },
    },
    {
      ...{ name: 'consul', port: portIn(told.HOLDFAST_CONSUL_URL), ...greetings.http },
      ...{ honest: 'gateway', isOurs: false },
    },
  ];
}

async function knockAll(
  target: AttackTarget,
  doors: readonly Door[],
  certificates: Readonly<Record<string, Wrong | undefined>>,
): Promise<readonly Shot[]> {
  const shots = await Promise.all(
    doors.map(async (door) => {
      const found = await knock(target, door, leafOfProcess(target, door.honest));
      // A forged one with nothing wrong in it, so that what is refused below is refused for what is wrong.
      const forged = await knock(target, door, await target.forge.issue(door.honest, {}));
      const seen = [
        shot(`${door.name}, ${door.honest}`, 'answered', found),
        shot(`${door.name}, ${door.honest} with nothing wrong`, 'answered', forged),
      ];
      for (const [name, wrong] of Object.entries(certificates)) {
        const leaf = wrong && (await target.forge.issue(door.honest, wrong));
        seen.push(shot(`${door.name}, ${name}`, 'refused', await knock(target, door, leaf)));
      }
      return seen;
    }),
  );
  return shots.flat();
}

const none: Attack = {
  row: 'S17',
  title: 'every listener without a certificate, metrics among them',
  source: 'ASVS 12.3.1, 12.3.5',
  async run(target) {
    const shots = await knockAll(target, doorsOf(target), { 'no certificate': undefined });
    const metrics = await askUnder(target, { url: `${target.gatewayUrl}/metrics` });
    const scanned = await scan(target);
    return [...shots, shot('gateway, metrics', '403 CALLER_NOT_ALLOWED', metrics), ...scanned];
  },
};

const dayMs = 86_400_000;

const notOurs: Attack = {
  row: 'S18',
  title: 'every listener with a certificate that is not good, or not ours',
  source: 'ASVS 12.1.3, X.509-SVID 5.2',
  run: (target) =>
    knockAll(target, doorsOf(target), {
      'another authority of the same name': { byStranger: true },
      'signed by itself': { bySelf: true },
      'ended yesterday': {
        notBefore: new Date(Date.now() - 2 * dayMs),
        notAfter: new Date(Date.now() - dayMs),
      },
      'begins tomorrow': {
        notBefore: new Date(Date.now() + dayMs),
        notAfter: new Date(Date.now() + 2 * dayMs),
      },
      'good for servers only': { forServersOnly: true },
    }),
};

const namelessOrMany: Attack = {
  row: 'S19',
  title: 'certificates of our authority without exactly one identity',
  source: 'X.509-SVID 2, 4.1, 5.2',
  beyond:
    'Kafka, MongoDB, PostgreSQL, Redis and Consul know their peers by subject or token, not by this rule',
  run: (target) =>
    knockAll(
      target,
      doorsOf(target).filter(({ isOurs }) => isOurs),
      {
        'two identities': { uris: [`${identityPrefix}gateway`, `${identityPrefix}admin`] },
        'no identity': { uris: [] },
        'an empty name': { uris: [identityPrefix] },
        'another trust domain': { uris: ['spiffe://evil/gateway'] },
        'a name with a path': { uris: [`${identityPrefix}gateway/admin`] },
        'an authority as a process': { isAuthority: true },
      },
    ),
};

/** Attacks on who may connect. */
export const peerAttacks: readonly Attack[] = [none, notOurs, namelessOrMany];
