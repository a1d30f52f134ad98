import type { Json } from '../../platform/kernel/json';
import type { RecipeWorld, SagaRecipe } from '../../platform/saga/recipe';
import { until } from '../up/api-client';
import type { ApiClient } from '../up/api-client';
import type { Arena } from './arena';

/** Patience with the world, milliseconds; generous, since a fault may have taken a service away for a while. */
export const explorerLimits = {
  writeMs: 60_000,
  endMs: 180_000,
  checkMs: 30_000,
  calmMs: 15 * 60_000,
} as const;

/** Who prepares and looks: may write and read everything. */
const administrator = 'adam';

/** The world as the recipe of one run sees it. */
export function recipeWorld(arena: Arena, name: string): RecipeWorld {
  const complete: RecipeWorld['complete'] = async (saga, input) => {
    const workflowId = arena.workflowIdOf(saga, `${name}/${saga}`);
    await arena.start(saga, { workflowId, input, deadlineMs: explorerLimits.calmMs });
    const outcome = await until(`the end of ${saga}`, explorerLimits.endMs, async () => {
      return (await arena.journal(workflowId))?.outcome;
    });
    if (outcome !== 'completed') throw new Error(`${saga} of ${name} ended as ${outcome}`);
  };
  return worldOver(arena.api, { name, complete });
}

/** The same over HTTP alone, where other sagas are run as `complete` does it. */
export function worldOver(
  api: ApiClient,
  { name, complete }: Pick<RecipeWorld, 'name' | 'complete'>,
): RecipeWorld {
  let writes = 0;
  return {
    name,
    complete,
    async post(path, body) {
      const token = await api.token(administrator);
      // Two writes to one path are two writes, and a write that is sent again is one.
      writes += 1;
      const idempotencyKey = `${name}:${writes}:${path}`;
      await until(`POST ${path}`, explorerLimits.writeMs, async () => {
        const answer = await api.call(path, { token, body, idempotencyKey });
        if (answer.status < 300) return answer;
        if (answer.status >= 500 || answer.status === 409) return undefined;
        throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      });
    },
    async get(path) {
      const token = await api.token(administrator);
      return until(`GET ${path}`, explorerLimits.writeMs, async () => {
        const { status, body } = await api.call(path, { token });
        if (status === 404) return { found: undefined };
        return status === 200 ? { found: body as Record<string, Json> } : undefined;
      }).then(({ found }) => found);
    },
  };
}

/** What a recipe still finds broken when it has had its time. */
export async function checkedBy(
  recipe: SagaRecipe,
  world: RecipeWorld,
  run: Parameters<SagaRecipe['check']>[1],
): Promise<readonly string[]> {
  return stillBroken(() => recipe.check(world, run));
}

/** Asks again for some seconds while something is broken, since caches and read models follow. */
export async function stillBroken(
  check: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const untilMs = performance.now() + explorerLimits.checkMs;
  for (;;) {
    const broken = await check();
    if (broken.length === 0 || performance.now() > untilMs) return broken;
    await new Promise((resume) => setTimeout(resume, 500));
  }
}
