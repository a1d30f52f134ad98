import { configuration } from '../model/configurations';
import { search } from '../model/explore/search';
import { rules } from '../model/rules';
import type { LaneMessage } from '../model/world/lane';
import { World } from '../model/world/world';

const everyFate = ['answered', 'lost', 'reply lost', 'reply delayed', 'given up'] as const;

/**
 * What a simulation can meet at all: tuples of step kind, direction, fault and row state, of every state that the model
 * reaches. A message that is waited for may meet every fate of the network; any other message is late.
 */
export function reachableTuples(): ReadonlySet<string> {
  const tuples = new Set<string>();
  const configs = [
    configuration('C P R', { verbs: 1, terminations: 1 }),
    configuration('C C P', { verbs: 1, hasTwoInputs: false, onFault: 'compensate' }),
  ];
  for (const config of configs) {
    const world = new World(rules, config);
    search(world);
    addTuplesOf(world, tuples);
  }
  return tuples;
}

function addTuplesOf({ tables, config }: World, tuples: Set<string>): void {
  const rows = new Map<string, Set<string>>();
  const directions = new Map<string, Set<string>>();
  for (const [id, index] of tables.deliveries.asked()) {
    const { kind } = config.manner.steps[index]!;
    const lane = tables.lanes.value(id);
    const row = lane.row?.state ?? 'absent';
    added(rows, kind, row);
    for (const text of lane.sent) {
      const message = JSON.parse(text) as LaneMessage;
      added(directions, kind, message.kind);
      const add = (fault: string): unknown =>
        tuples.add([kind, message.kind, fault, row].join(' | '));
      if (text === lane.current) everyFate.forEach(add);
      const verdict = tables.rules.consultFence(lane.row ?? undefined, {
        ...message,
        inputHash: message.input,
      });
      if (verdict.do === 'apply' && row !== 'refused') add('refused');
      if (verdict.do === 'reverse') add('impossible');
    }
  }
  // The model forgets messages that can do no more; the network does not.
  for (const [kind, sent] of directions) {
    for (const direction of sent) {
      for (const row of rows.get(kind) ?? [])
        tuples.add([kind, direction, 'late', row].join(' | '));
    }
  }
}

function added(sets: Map<string, Set<string>>, key: string, value: string): void {
  sets.set(key, (sets.get(key) ?? new Set<string>()).add(value));
}
