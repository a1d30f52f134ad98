import type { World } from '../world/world';
import { EdgeList, problemOfLiveness } from './liveness';
import { StateSet } from './state-set';

/** What a search found. */
export interface Found {
  readonly states: number;
  readonly transitions: number;
  readonly seconds: number;
  /** The first problem met, and a shortest way to it; absent when every invariant holds. */
  readonly problem?: { readonly what: string; readonly trace: readonly string[] };
  /** False when the search ended at its bound. */
  readonly isExhaustive: boolean;
}

export interface SearchOptions {
  readonly statesMax?: number;
  /** Calls back every so many visited states. */
  readonly progressEvery?: number;
  readonly onProgress?: (states: number, waiting: number) => void;
}

/** Visits every reachable state, breadth first; stops at the first problem. */
export function search(world: World, options: SearchOptions = {}): Found {
  const { statesMax = Infinity, progressEvery = 100_000, onProgress } = options;
  const sinceMs = Date.now();
  const states = new StateSet(world.width);
  const edges = new EdgeList();
  const from = new Uint32Array(world.width);
  const to = new Uint32Array(world.width);
  let transitions = 0;
  let problem: { what: string; at: number; last?: string } | undefined;
  states.add(world.start(), 0, world.labels.id('the saga starts'));
  let at = 0;
  for (; at < states.size && states.size < statesMax && problem === undefined; at += 1) {
    states.read(at, from);
    const what = world.problemOf(from);
    if (what !== undefined) problem = { what, at };
    edges.beginState();
    world.expand(from, to, (move) => {
      transitions += 1;
      if (move.problem !== undefined) {
        problem ??= { what: move.problem, at, last: world.labels.value(move.label) };
      }
      const next = states.add(to, at, move.label);
      if (next !== at && move.kind !== 'trouble') edges.add(next, move.kind);
    });
    if (at % progressEvery === 0 && at > 0) onProgress?.(states.size, states.size - at);
  }
  const isExhaustive = at === states.size;
  if (problem === undefined && isExhaustive) problem = problemOfLiveness(world, states, edges);
  const seconds = (Date.now() - sinceMs) / 1000;
  const found = { states: states.size, transitions, seconds, isExhaustive };
  if (problem === undefined) return found;
  const trace = states.pathTo(problem.at).map(({ label }) => world.labels.value(label));
  const last = problem.last === undefined ? [] : [problem.last];
  return { ...found, problem: { what: problem.what, trace: [...trace, ...last] } };
}
