import { randomUUID } from 'node:crypto';
import type { Json } from '../../../platform/kernel/json';
import type { SagaContract } from '../../../platform/saga/contract';
import type { ExploredOutcome, SagaRecipe } from '../../../platform/saga/recipe';
import { catalog } from '../../../workflows/catalog';
import { recipes } from '../../../workflows/recipes';
import { checkedBy, worldOver } from '../../verify/recipe-world';
import { subjectOf, until } from '../api-client';
import type { ApiClient } from '../api-client';
import { hasEnded, startCommand } from './demonstration';
import type { Demonstration, DemoSaga } from './demonstration';

/** Patience with the first saga after a start, milliseconds. */
const endMs = 60_000;

/** Runs the first saga that has a recipe, as its recipe prepares and judges it. */
export const recipeDemonstration: Demonstration = {
  async run(api, say) {
    const played = await preparedRun(api, 'demo');
    if (played === undefined) {
      say('No saga has a recipe in workflows/recipes.ts, so none is shown.');
      return [];
    }
    const saga = await runOne(api, played);
    const input = await inputOf(api, played);
    const { recipe, world } = played;
    const outcome = saga.outcome as ExploredOutcome;
    const broken = await checkedBy(recipe, world, { input, outcome });
    for (const line of broken) say(`Not as its recipe says: ${line}`);
    return [saga];
  },
  async tryNext(api, at) {
    const played = await preparedRun(api, 'my');
    if (played === undefined) return { username: 'alice', commands: [] };
    const { name: key, contract, body, username } = played;
    const start = startCommand(at, { saga: contract.name, key, body });
    return { username, commands: [start, `npx holdfast verify ${contract.name} --sample 10`] };
  },
};

/** One run with everything there that the saga needs. */
interface PreparedRun {
  readonly name: string;
  readonly recipe: SagaRecipe;
  readonly contract: SagaContract;
  readonly world: ReturnType<typeof worldOver>;
  /** Who may start it. */
  readonly username: string;
  /** The request: what the gateway fills in itself is left out. */
  readonly body: Readonly<Record<string, Json>>;
}

async function preparedRun(api: ApiClient, word: string): Promise<PreparedRun | undefined> {
  const recipe = recipes[0];
  const contract = catalog.find(({ name }) => name === recipe?.saga);
  if (recipe === undefined || contract === undefined) return undefined;
  const name = `${word}-${randomUUID().slice(0, 8)}`;
  const world = worldOver(api, { name, complete: (saga, input) => completed(api, saga, input) });
  const input = await recipe.prepare(world);
  return { name, recipe, contract, world, ...requestOf(contract, input) };
}

/** The development user of a role that may start it, and the body that they send. */
function requestOf({ roles, fromCaller = {} }: SagaContract, input: Json) {
  const username = roles.includes('customer') ? 'alice' : 'adam';
  const members = Object.entries(input as Readonly<Record<string, Json>>);
  const body = Object.fromEntries(members.filter(([member]) => !(member in fromCaller)));
  return { username, body };
}

/** The input as the saga has it: with what the gateway took from the token. */
async function inputOf(api: ApiClient, { contract, body, username }: PreparedRun): Promise<Json> {
  const subject = subjectOf(await api.token(username));
  const filled = Object.keys(contract.fromCaller ?? {}).map((member) => [member, subject]);
  return { ...body, ...(Object.fromEntries(filled) as Record<string, Json>) };
}

async function runOne(
  api: ApiClient,
  { name, contract, body, username }: Pick<PreparedRun, 'name' | 'contract' | 'body' | 'username'>,
): Promise<DemoSaga> {
  const token = await api.token(username);
  const startedAt = performance.now();
  const request = { token, body, idempotencyKey: name };
  const started = await until(`the start of ${contract.name}`, endMs, async () => {
    const answer = await api.call(`/sagas/${contract.name}`, request);
    return answer.status === 503 ? undefined : answer;
  });
  const { location } = started;
  if (started.status !== 202 || location === null) {
    throw new Error(`${contract.name} answered ${started.status}: ${JSON.stringify(started.body)}`);
  }
  const timeline = await until(`the end of ${contract.name}`, endMs, async () => {
    const { body: view } = await api.call(location, { token });
    return hasEnded(view) ? view : undefined;
  });
  return {
    name: contract.title,
    id: String(started.body.id),
    outcome: String(timeline.state),
    ...(typeof timeline.reason === 'string' ? { reason: timeline.reason } : {}),
    duration_ms: Math.round(performance.now() - startedAt),
    timeline,
  };
}

/** What a recipe needs done before: another saga, from beginning to end. */
async function completed(api: ApiClient, saga: string, input: Json): Promise<void> {
  const contract = catalog.find(({ name }) => name === saga);
  if (contract === undefined) throw new Error(`no saga is called ${saga}`);
  const name = randomUUID();
  const { outcome } = await runOne(api, { name, contract, ...requestOf(contract, input) });
  if (outcome !== 'completed') throw new Error(`${saga} ended as ${outcome}`);
}
