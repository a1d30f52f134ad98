import { setTimeout as delay } from 'node:timers/promises';
import path from 'node:path';
import { parseConfig } from '../../platform/runtime/config';
import type { Stack } from '../../stack';
import { startProcess } from '../../stack/processes';
import { NoRoom, openDbos } from '../peers/dbos';
import { providePeers, restateBinary } from '../peers/provide';
import { asSteps } from '../steps/rows';
import type { Steps } from '../steps/rows';
import { leftoverIn, rowsOf } from './plain';
import type { CpuGroupName, CpuGroups, Ending, OpenVariant } from './variants';

/** Until a server that has just begun and its worker know each other; milliseconds. */
const readyMs = 60_000;

/** Where other engines run: on the same database. */
export interface PeerPlace {
  readonly stack: Stack;
  readonly steps: Steps;
  readonly groups: (named: Readonly<Partial<Record<CpuGroupName, readonly string[]>>>) => CpuGroups;
  readonly onClose: (close: () => Promise<unknown>) => void;
}

export const peerNames = ['dbos', 'restate'] as const;

/** Opens the peers of these names, fetching their packages where they are not there yet. */
export async function openPeers(
  names: readonly (typeof peerNames)[number][],
  place: PeerPlace,
): Promise<readonly OpenVariant[]> {
  if (names.length === 0) return [];
  const told = (detail: string) =>
    place.stack.tell({ subject: 'peers', phase: 'starting', detail });
  const folder = await providePeers(told);
  const open = { dbos: startDbos, restate: startRestate };
  const opened: OpenVariant[] = [];
  for (const name of names) opened.push(await open[name](folder, place));
  return opened;
}

/** DBOS Transact is a library: the caller's process does the work, as it does for the floor. */
async function startDbos(folder: string, place: PeerPlace): Promise<OpenVariant> {
  const { stack, steps, groups, onClose } = place;
  const engine = await openDbos(folder, parseConfig(stack.environmentFor('payments')), steps);
  onClose(() => engine.close());
  const { client: worker = {}, ...others } = groups({ database: ['postgres'] });
  return {
    ...{ name: 'dbos', groups: { ...others, worker } },
    ...{ leftover: leftoverIn(steps), expected: rowsOf(steps) },
    async run(id, ending) {
      const refused = ending === 'failure';
      const outcome = await engine.run(id, refused).then(
        () => 'completed',
        (error: unknown) => {
          if (refused && error instanceof NoRoom) return 'compensated';
          throw error;
        },
      );
      if (refused !== (outcome === 'compensated')) throw new Error(`it ended as ${outcome}`);
    },
  };
}

/** Restate's server with the settings it comes with, and a process that serves the saga to it. */
async function startRestate(folder: string, place: PeerPlace): Promise<OpenVariant> {
  const { stack, steps, groups } = place;
  const portOf = (name: string): string => stack.environmentFor(name).HOLDFAST_HTTP_PORT ?? '';
  const [ingress, admin] = [portOf('restate-ingress'), portOf('restate-admin')];
  const [node, worker] = [portOf('restate-node'), portOf('restate-worker')];
  stack.keeper.spawn({
    name: 'restate',
    command: restateBinary(folder),
    args: ['--base-dir', path.join(stack.stateDir, 'restate'), '--node-name', 'bench'],
    env: {
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
      RESTATE_BIND_ADDRESS: `127.0.0.1:${node}`,
      RESTATE_DISABLE_TELEMETRY: 'true',
    },
  });
  const [name, entry] = ['restate-worker', 'bench/peers/restate-worker'];
  const env = { ...stack.environmentFor('payments'), ...asSteps(steps) };
  startProcess(stack, { name, entry, args: [folder, worker], env });
  const uri = `http://127.0.0.1:${worker}`;
  await untilOk(`http://127.0.0.1:${admin}/deployments`, { uri });
  const cpu = { server: ['restate'], worker: [name], database: ['postgres'] };
  return {
    ...{
      name: 'restate',
      groups: groups(cpu),
      leftover: leftoverIn(steps),
      expected: rowsOf(steps),
    },
    run: (id, ending) => askRestate(`http://127.0.0.1:${ingress}/threeRows/${id}/run`, id, ending),
  };
}

const posted = (url: string, body: object): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

async function askRestate(url: string, saga: string, ending: Ending): Promise<void> {
  const refused = ending === 'failure';
  const response = await posted(url, { saga, refused });
  const text = await response.text();
  const isRight = refused ? text.includes('no room') : response.ok;
  if (!isRight) throw new Error(`${response.status} ${text}`);
}

/** Nobody listens in the beginning, neither server nor worker. */
async function untilOk(url: string, body: object): Promise<void> {
  const untilMs = Date.now() + readyMs;
  for (;;) {
    const answer = await posted(url, body).catch((error: Error) => error);
    if (answer instanceof Response && answer.ok) return void (await answer.body?.cancel());
    if (Date.now() > untilMs) throw new Error(`${url}: ${await told(answer)}`);
    await delay(100);
  }
}

const told = async (answer: Response | Error): Promise<string> =>
  answer instanceof Error ? answer.message : `${answer.status} ${await answer.text()}`;
