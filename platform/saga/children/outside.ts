import { Fault, isFault } from '../../kernel/faults';
import type { Json } from '../../kernel/json';
import { hashOf } from '../../outbox/hash';
import type { Errand, Outside, OutsideWord } from '../../participant/outside/port';
import type { SagaStart } from '../wire';
import type { ChildCall, ParentOf, RunCall } from './calls';
import type { ChildVerdict } from './commands';
import { childMove } from './moves';
import type { ChildKnown, ChildMove } from './moves';

/** Pace of an errand about a child, milliseconds: how soon the journal is asked again. */
export const childLimits = {
  pollFirstMs: 25,
  pollMaxMs: 400,
  /** How long the first attempt looks; later ones look once, and leave the worker to others. */
  lookMs: 2_500,
} as const;

/** What an errand about a child needs: the journal, which decides, and Temporal, which runs. */
export interface ChildWorld {
  find(child: string): Promise<ChildKnown>;
  /** What the child answered when it held. */
  resultOf(child: Extract<ChildKnown, { kind: 'saga' }>): Promise<Json>;
  rule(child: string, verdict: ChildVerdict, parent: ParentOf): Promise<void>;
  shut(child: string, reason: 'GIVEN_UP' | 'NOT_STARTED'): Promise<void>;
  /** Starts the workflow; false when one of that id ran and has closed. */
  start(saga: string, child: string, start: SagaStart): Promise<boolean>;
  /** Tells the workflow of a child, or of its recovery, to look into the journal. */
  nudge(child: Extract<ChildKnown, { kind: 'saga' }>): Promise<void>;
  /** Number of the attempt at hand, from 1. */
  attempt(): number;
  /** True once nobody waits for the answer any more. */
  isCancelled(): boolean;
}

/**
 * Child sagas as something outside that a step calls. Whatever is asked is answered from the journal; what a
 * workflow is told is only to look there, so nobody but the journal can let a child end or send it back.
 */
export function childrenOutside(world: ChildWorld): Outside {
  return {
    async ask(errand, { timeoutMs }) {
      const lookMs = world.attempt() === 1 ? Math.min(childLimits.lookMs, timeoutMs) : 0;
      const untilMs = performance.now() + lookMs;
      const call = errand.call as unknown as ChildCall;
      const answers = await Promise.allSettled(
        childrenOf(call).map((child) => settled(world, errand, { call, child, untilMs })),
      );
      const words = answers.map((answer) => {
        if (answer.status === 'fulfilled') return answer.value;
        throw asFault(answer.reason);
      });
      return words.find(({ word }) => word !== 'happened') ?? words[0] ?? nothingToDo;
    },
    close: async () => undefined,
  };
}

/** What Temporal's client throws says nothing of the child: the same is asked again. */
function asFault(error: unknown): unknown {
  if (isFault(error)) return error;
  return new Fault('OUTSIDE_UNAVAILABLE', String(error), { cause: error });
}

const nothingToDo: OutsideWord = { word: 'happened', answer: {} };

function childrenOf(call: ChildCall): readonly string[] {
  return call.do === 'release' ? call.children : [call.child];
}

interface Asked {
  readonly call: ChildCall;
  readonly child: string;
  readonly untilMs: number;
}

/** Makes moves until there is a word, or no time is left. A child may be at work for hours: it is asked again. */
async function settled(world: ChildWorld, errand: Errand, asked: Asked): Promise<OutsideWord> {
  let isNudged = !isPowerOfTwo(world.attempt());
  const done = new Set<string>();
  for (let pauseMs: number = childLimits.pollFirstMs; ;) {
    const known = await world.find(asked.child);
    const move = childMove(asked.call.do, errand.verb, known);
    const isNew = !done.has(move.do);
    const word = isNew ? await make(world, asked, { known, move }) : undefined;
    if (word !== undefined) return word;
    done.add(move.do);
    // What was just written is looked at once more, whatever the time.
    if (isNew && move.do !== 'wait') continue;
    const isRuled = known?.kind === 'saga' && known.verdict !== undefined;
    if (isRuled && !isNudged) {
      await world.nudge(known);
      isNudged = true;
    }
    if (performance.now() + pauseMs > asked.untilMs || world.isCancelled()) {
      throw new Fault('OUTSIDE_UNAVAILABLE', `${asked.child} is still at work`, {
        isExpected: true,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    pauseMs = Math.min(pauseMs * 2, childLimits.pollMaxMs);
  }
}

/** Nudges are events of the child's history: the longer it takes, the rarer they are. */
function isPowerOfTwo(attempt: number): boolean {
  return (attempt & (attempt - 1)) === 0;
}

async function make(
  world: ChildWorld,
  { call, child }: Asked,
  { known, move }: { readonly known: ChildKnown; readonly move: ChildMove },
): Promise<OutsideWord | undefined> {
  switch (move.do) {
    case 'say':
      return move.word;
    case 'say-held': {
      const result = known?.kind === 'saga' ? await world.resultOf(known) : null;
      return { word: 'happened', answer: { result } };
    }
    case 'start': {
      const run = call as RunCall;
      if (!(await world.start(run.of, child, startOf(run)))) await world.shut(child, 'NOT_STARTED');
      return undefined;
    }
    case 'shut':
      await world.shut(child, 'GIVEN_UP');
      return undefined;
    case 'rule':
      await world.rule(child, move.verdict, call.parent);
      return undefined;
    case 'wait':
      return undefined;
  }
}

function startOf(call: RunCall): SagaStart {
  const { input, owner, businessKey, deadlineAtMs, pace, parent, step, family } = call;
  return {
    ...{ input, owner, businessKey, deadlineAtMs },
    requestHash: hashOf(input),
    ...(pace === undefined ? {} : { pace }),
    parent: { sagaId: parent.sagaId, step },
    ...(family === undefined ? {} : { family }),
  };
}
