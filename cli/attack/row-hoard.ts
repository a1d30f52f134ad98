import { parseConfig } from '../../platform/runtime/config';
import { workflowIdAt } from '../chaos/shop';
import type { Shop } from '../chaos/shop';
import { until } from '../up/api-client';
import type { AttackTarget } from './attack';
import type { Hoard, Item } from './hoards';
import { rawReadRows } from './raw-read-rows';
import type { RawReadRow, RawReadRows } from './raw-read-rows';

const patienceMs = 60_000;
const ends: readonly (string | undefined)[] = ['completed', 'compensated'];

/** The list of sagas, which no cache has, cut down to those that began in one millisecond. */
function reader({ api }: AttackTarget, startedAfter: string) {
  const startedBefore = new Date(Date.parse(startedAfter) + 1).toISOString();
  const query = new URLSearchParams({ startedAfter, startedBefore });
  return async (): Promise<string> => {
    const token = await api.token('olga');
    const { status, body } = await api.call(`/sagas?${query.toString()}`, { token });
    return status < 400 ? String(status) : `${status} ${String(body.code)}`;
  };
}

/** A row that stays as it is, and what it held before its saga came to its end. */
interface Grown {
  readonly row: RawReadRow;
  readonly older: string;
}

/** Places an order, and waits until nobody writes the row of its saga any more. */
async function grow(shop: Shop, rows: RawReadRows): Promise<Grown> {
  const location = await shop.placedOrder();
  const workflowId = workflowIdAt(location);
  const first = await until('a row', patienceMs, async () => {
    const found = await rows.find(workflowId);
    return found?.listed.startedAt === undefined ? undefined : found;
  });
  const row = await until('a row at its end', patienceMs, async () => {
    const found = await rows.find(workflowId);
    return found?.isStill && ends.includes(found.listed.state) ? found : undefined;
  });
  return { row, older: first.sealed };
}

/**
 * Rows of the sagas' read model in the hands of somebody who may write to their database: those of two sagas that have
 * ended. What is attacked is what stands sealed of them.
 */
export async function openRowHoard(target: AttackTarget, shop: Shop): Promise<Hoard> {
  const rows = await rawReadRows(parseConfig(target.environmentFor('projector')));
  const itemOf = ({ row: { key, listed } }: Grown, workflowId: string): Item => ({
    kept: async () => String((await rows.find(workflowId))?.sealed),
    put: (value) => rows.setSealed(key, typeof value === 'string' ? value : JSON.stringify(value)),
    read: reader(target, listed.startedAt ?? ''),
  });
  try {
    const grown = await Promise.all([grow(shop, rows), grow(shop, rows)]);
    const [first, second] = grown.map((one) => itemOf(one, workflowIdOf(one)));
    if (first === undefined || second === undefined) throw new Error('two rows were asked for');
    return {
      ...{ service: 'gateway', store: 'rows', items: [first, second], older: grown[0].older },
      unknownKey: '503 KEYS_UNAVAILABLE',
      close: () => rows.close(),
    };
  } catch (error) {
    await rows.close();
    throw error;
  }
}

/** A saga's id is that of its workflow, and of the run. */
const workflowIdOf = ({ row: { key } }: Grown): string => key.slice(0, key.lastIndexOf('/'));
