import type { AttackTarget } from './attack';
import { askOnce, leafOfProcess } from './wire';

type Measured = Pick<AttackTarget, 'ca' | 'environmentFor'>;

/** What a process of ours exports, as Prometheus reads it: the sum of a metric over its labels, 0 without any. */
export async function metricOf(target: Measured, process: string, name: string): Promise<number> {
  const leaf = leafOfProcess(target, 'prometheus');
  const { HOLDFAST_HTTP_PORT: port = '' } = target.environmentFor(process);
  const { text } = await askOnce(target, { url: `https://localhost:${port}/metrics`, leaf });
  const lines = text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'gm'));
  return [...lines].reduce((total, [, value]) => total + Number(value), 0);
}
