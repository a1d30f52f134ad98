import { decodeEvent, eventId } from '../../platform/event-log/envelope';
import { startProjector } from '../../platform/event-log/projector';
import type { Projector } from '../../platform/event-log/projector';
import { startRelay } from '../../platform/event-log/relay';
import type { Relay } from '../../platform/event-log/relay';
import type { ServiceStore } from '../../platform/outbox/ports';
import { verifyRebuild } from '../../platform/rebuild/verify';
import type { RepublishReport } from '../../platform/republish/options';
import { republish } from '../../platform/republish/republish';
import type { Keyring } from '../../platform/security/keys/vault';
import { silentLog } from '../../platform/runtime/log';
import { wholeHistory } from '../support/box-audit';
import { boxParticipant, boxService, stepOf } from '../support/box-service';
import type { Box } from '../support/box-service';
import { anySchemas, countingProjection } from '../support/counting';
import type { CountingRow } from '../support/counting';
import { eventually } from '../support/eventually';
import { runHoldfast } from '../support/holdfast-cli';
import type { Run } from '../support/holdfast-cli';
import { openKeyStoreWorld } from '../support/key-store';
import type { KeyStoreWorld } from '../support/key-store';
import { openLogWorld } from '../support/log-world';
import type { LogWorld } from '../support/log-world';
import { openedRows } from '../support/read-rows';
import { storeCases } from '../support/stores';
import { environmentFor } from '../support/world';

const services = { postgres: 'payments', mongodb: 'orders', dynamodb: 'inventory' } as const;
const cases = storeCases.flatMap(({ name, open }) =>
  name === 'memory' ? [] : [{ name, open, service: services[name] }],
);
/** A send on a busy machine takes its time; shorter, and nothing would ever be sent. */
const quick = {
  leaseMs: 5_000,
  challengeMs: 50,
  sendTimeoutMs: 2_000,
  idleMsMin: 20,
  idleMsMax: 50,
};

/** What a service writes meanwhile: enough to be in the way, and not more than a read model takes up in a moment. */
const turnsMax = 200;

/** Lost on their way: one in the middle, the end of a history, and a whole one. */
const lost = [
  'middle:2',
  'tail:4',
  'tail:5',
  'whole:1',
  'whole:2',
  'whole:3',
  'whole:4',
  'whole:5',
];

describe.each(cases)('a log of $service that lost events', ({ name, service, open }) => {
  let world: LogWorld;
  let store: ServiceStore<Box>;
  let topic: string;
  let relay: Relay;
  let projector: Projector | undefined;
  let sagas = 0;
  let keyStore: KeyStoreWorld;
  let keys: Keyring;

  beforeAll(async () => {
    world = await openLogWorld({ keysUrl: () => keyStore.url() });
    topic = await world.createTopic(service);
    keyStore = await openKeyStoreWorld();
    keys = await keyStore.keysOf(service, `store.${service}`);
    store = open(world.instance, { service, vault: keys.vault(`store.${service}`) });
    await store.migrate();
    await put('middle', 'tail', 'whole', 'well');
    await loseSome();
    await drain();
    await relay.stop();
    for (let round = 2; round <= 5; round += 1) await put('middle', 'tail', 'whole', 'well');
    await loseSome();
    await drain();
  });
  afterAll(async () => {
    await projector?.stop();
    await relay.stop();
    await store.close();
    await Promise.all([keys.close(), keyStore.close(), world.close()]);
  });

  async function loseSome(): Promise<void> {
    const events = await wholeHistory(store);
    await store.markPublished(events.filter((event) => lost.includes(eventId(event))));
  }

  /** A relay that knows nothing of what was sent before it sends what it finds. */
  async function drain(): Promise<void> {
    relay = startRelay({
      ...{ service, source: store, topic, partitions: 3, owner: 'relay', log: silentLog },
      ...{ writer: world.logAs(service).writer, limits: quick },
    });
    await eventually(async () => expect((await store.depth()).pending).toBe(0), 60_000);
  }

  async function put(...boxIds: readonly string[]): Promise<void> {
    sagas += 1;
    await boxParticipant(store).handle(stepOf(`${name}-${sagas}`, boxIds).forward(0));
  }

  const run = (dryRun = false): Promise<RepublishReport> =>
    republish({
      ...{ service, topic, source: store, owner: `republish-${name}`, dryRun },
      ...{ eventLog: world.logAs('projector'), writer: world.logAs(service).writer },
      ...{ groupPrefix: 'projector-test', leaseMs: quick.leaseMs },
    });

  test('is filled again while its relay works and its service writes, and readers go on', async () => {
    const readModels = world.openStore();
    const projection = countingProjection('counting');
    await readModels.migrate([projection]);
    projector = startProjector({
      ...{ projection, topics: [topic], groupId: `projector-${world.instance}` },
      ...{ eventLog: world.logAs('projector'), schemas: anySchemas, log: silentLog },
      ...{ store: readModels, limits: { retryMsMin: 50, retryMsMax: 200 } },
    });
    await eventually(() =>
      expect(projector?.status().map(({ halt }) => halt?.code)).toContain('SEQUENCE_GAP'),
    );
    expect(await run(true)).toMatchObject({ verdict: 'lacking', lacking: lost.length, sent: 0 });

    const writing = { isOver: false };
    const written = (async () => {
      for (let turn = 0; turn < turnsMax && !writing.isOver; turn += 1) await put('well', 'tail');
    })();
    const told = await run().finally(() => (writing.isOver = true));
    await written;
    expect(told).toMatchObject({ verdict: 'complete', lacking: lost.length, findings: [] });
    await eventually(async () => expect((await store.depth()).pending).toBe(0));
    await expectWhole(readModels);
    await projector.stop();
    expect(await run()).toMatchObject({ lacking: 0, sent: 0 });
  });

  async function expectWhole(readModels: ReturnType<LogWorld['openStore']>): Promise<void> {
    const history = await wholeHistory(store);
    await eventually(async () => {
      const rows = await openedRows<CountingRow>(readModels, { instance: world.instance });
      const seqs = ['middle', 'tail', 'well', 'whole'].map((id) =>
        history.filter(({ aggregateId }) => aggregateId === id).map(({ seq }) => seq),
      );
      expect(rows.map(({ row }) => row.seqs)).toEqual(seqs);
    });
    const logged = (await world.records(topic)).map(decodeEvent);
    const hashes = new Map(logged.map((event) => [eventId(event), event.contentHash]));
    expect(hashes).toEqual(new Map(history.map((event) => [eventId(event), event.contentHash])));
    const rebuilt = await verifyRebuild({
      ...{ service, topic, store, eventLog: world.logAs('projector'), schemas: anySchemas },
      evolve: (state, event) => boxService.evolve(state as Box | undefined, event),
      groupPrefix: 'projector-test',
    });
    expect(rebuilt).toMatchObject({ verdict: 'equal', aggregates: 4, findings: [] });
    // What the middle lacked; and the tail, where the relay sent what was written meanwhile before it lost its slot.
    expect([1, 3]).toContain(rebuilt.late);
  }

  // The command is the same for all; starting it three times takes its time.
  if (name === 'postgres') {
    test(
      'by the command line: what it lacks, and that it lacks nothing any more',
      byTheCommandLine,
    );
  }

  async function byTheCommandLine(): Promise<void> {
    await relay.stop();
    await put('new');
    const events = await wholeHistory(store);
    await store.markPublished(events.filter(({ aggregateId }) => aggregateId === 'new'));
    const dry = await holdfastRepublish(service, '--dry-run', '--json');
    expect([dry.exitCode, JSON.parse(dry.out)]).toMatchObject([4, { lacking: 1, sent: 0 }]);
    const sent = await holdfastRepublish(service, '--aggregate', 'new', '--json');
    expect([sent.exitCode, JSON.parse(sent.out)]).toMatchObject([
      0,
      { verdict: 'complete', aggregates: 1, lacking: 1, sent: 1 },
    ]);
    const again = await holdfastRepublish(service);
    expect([again.exitCode, again.err]).toEqual([
      0,
      expect.stringContaining('the log holds everything') as string,
    ]);
  }

  function holdfastRepublish(...words: string[]): Promise<Run> {
    const told = {
      ...{ ...environmentFor(service), HOLDFAST_INSTANCE: world.instance },
      HOLDFAST_KEYS_URL: keyStore.url(),
    };
    return runHoldfast(['republish', ...words], told);
  }
});
