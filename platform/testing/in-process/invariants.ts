import { isWait } from '../../saga/machine/state';
import type { InProcessWorld } from './world';

/**
 * What must hold once nothing happens any more and every message was delivered once more, late. The answer is empty, or
 * one line per broken promise.
 */
export async function brokenPromises(world: InProcessWorld): Promise<readonly string[]> {
  const { saga, finished } = world;
  const broken: string[] = [];
  const outcomes = new Set(world.endings.map(({ outcome }) => outcome === 'completed'));
  if (outcomes.size > 1) broken.push('I8: one run says completed, another says not');
  if (world.wasFenced) broken.push('M6: a live run met the fence');
  for (const step of world.stepNames()) {
    const { own, net } = await world.netOf(step);
    if (own < 0 || own > 1) broken.push(`I3: ${step} took effect ${own} times`);
    const wanted = wantedNet(world, step);
    if (wanted !== undefined && wanted !== net) {
      const state = finished?.outcome ?? 'still open';
      broken.push(`I1: the saga is ${state}, and the net of ${step} is ${net}, not ${wanted}`);
    }
  }
  if (finished !== undefined) return broken;
  const isParked = saga.machine.steps.some((step) => step.phase === 'parked' || step.unsettled);
  return isParked ? broken : [...broken, 'I1: the saga neither ended nor parked'];
}

/** The net that the saga promises of a step; undefined while nothing is promised. */
function wantedNet({ saga, finished }: InProcessWorld, name: string): 0 | 1 | undefined {
  const step = saga.machine.steps.find((each) => each.name === name);
  const phase = step?.phase;
  if (step !== undefined && isWait(step.kind)) return 0;
  if (finished?.outcome === 'completed') return phase === 'skipped' ? 0 : 1;
  if (finished !== undefined) return phase === 'left' ? 1 : 0;
  if (phase === 'done' || phase === 'left') return 1;
  if (phase === 'undone' || phase === 'skipped') return 0;
  if (step === undefined || phase !== 'parked') return undefined;
  return step.side === 'forward' ? 0 : 1;
}
