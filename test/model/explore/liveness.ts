import type { World } from '../world/world';
import { grown } from './state-set';
import type { StateSet } from './state-set';

const verbBit = 2 ** 31;

/** Edges that happen by themselves once faults stop, and those an operator may choose; by their source. */
export class EdgeList {
  private targets = new Uint32Array(4096);
  private starts = new Uint32Array(1024);
  private count = 0;
  private states = 0;

  beginState(): void {
    if (this.states + 1 >= this.starts.length) this.starts = grown(this.starts);
    this.starts[this.states] = this.count;
    this.states += 1;
    this.starts[this.states] = this.count;
  }

  add(target: number, kind: 'good' | 'verb'): void {
    if (this.count === this.targets.length) this.targets = grown(this.targets);
    this.targets[this.count] = kind === 'verb' ? target + verbBit : target;
    this.count += 1;
    this.starts[this.states] = this.count;
  }

  /** Calls back for every edge of a state. */
  from(state: number, tell: (target: number, isVerb: boolean) => void): void {
    for (let edge = this.starts[state]!; edge < this.starts[state + 1]!; edge += 1) {
      const target = this.targets[edge]!;
      tell(target >= verbBit ? target - verbBit : target, target >= verbBit);
    }
  }

  get size(): number {
    return this.count;
  }
}

interface Problem {
  readonly what: string;
  readonly at: number;
}

/** M7 and M8 over a whole graph. */
export function problemOfLiveness(
  world: World,
  states: StateSet,
  edges: EdgeList,
): Problem | undefined {
  return (
    standingStill(world, states, edges) ??
    goingRound(states, edges) ??
    noWayOut(world, states, edges)
  );
}

/** M7: where nothing happens by itself any more, the saga has ended or a person is asked. */
function standingStill(world: World, states: StateSet, edges: EdgeList): Problem | undefined {
  const state = new Uint32Array(world.width);
  for (let at = 0; at < states.size; at += 1) {
    let moves = false;
    edges.from(at, (_target, isVerb) => {
      if (!isVerb) moves = true;
    });
    if (moves) continue;
    states.read(at, state);
    if (!world.mayStand(state)) return { what: 'M7: the saga stands still, unparked', at };
  }
  return undefined;
}

/** M7: nothing goes round in a ring by itself. Takes states away that have no way in, until none is left. */
function goingRound(states: StateSet, edges: EdgeList): Problem | undefined {
  const waysIn = new Uint32Array(states.size);
  for (let at = 0; at < states.size; at += 1) {
    edges.from(at, (target, isVerb) => {
      if (!isVerb) waysIn[target]! += 1;
    });
  }
  const queue = new Uint32Array(states.size);
  let end = 0;
  for (let at = 0; at < states.size; at += 1) if (waysIn[at] === 0) queue[end++] = at;
  for (let next = 0; next < end; next += 1) {
    edges.from(queue[next]!, (target, isVerb) => {
      if (isVerb) return;
      waysIn[target]! -= 1;
      if (waysIn[target] === 0) queue[end++] = target;
    });
  }
  if (end === states.size) return undefined;
  return { what: 'M7: the saga goes round in a ring', at: waysIn.findIndex((ways) => ways > 0) };
}

/** M8: from every state some continuation with verbs ends. */
function noWayOut(world: World, states: StateSet, edges: EdgeList): Problem | undefined {
  const { starts, sources } = reversed(states, edges);
  const reached = new Uint8Array(states.size);
  const queue = new Uint32Array(states.size);
  let end = 0;
  const state = new Uint32Array(world.width);
  for (let at = 0; at < states.size; at += 1) {
    states.read(at, state);
    if (!world.isFinished(state)) continue;
    reached[at] = 1;
    queue[end++] = at;
  }
  for (let next = 0; next < end; next += 1) {
    const target = queue[next]!;
    for (let edge = starts[target]!; edge < starts[target + 1]!; edge += 1) {
      const source = sources[edge]!;
      if (reached[source] === 1) continue;
      reached[source] = 1;
      queue[end++] = source;
    }
  }
  const at = reached.indexOf(0);
  return at < 0 ? undefined : { what: 'M8: no verb leads to an end', at };
}

function reversed(states: StateSet, edges: EdgeList) {
  const starts = new Uint32Array(states.size + 1);
  for (let at = 0; at < states.size; at += 1) {
    edges.from(at, (target) => {
      starts[target + 1]! += 1;
    });
  }
  for (let at = 0; at < states.size; at += 1) starts[at + 1]! += starts[at]!;
  const filled = starts.slice();
  const sources = new Uint32Array(edges.size);
  for (let at = 0; at < states.size; at += 1) {
    edges.from(at, (target) => {
      sources[filled[target]!] = at;
      filled[target]! += 1;
    });
  }
  return { starts, sources };
}
