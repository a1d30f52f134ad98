import { Random } from '../../platform/testing/random';
import type { FaultKind, Victim } from './faults';

/** One fault of a storm. */
export interface Hit {
  /** From 1. */
  readonly number: number;
  /** When it is due, milliseconds after the first; later where the one before took longer than it usually does. */
  readonly atMs: number;
  readonly victim: string;
  readonly kind: FaultKind;
  /** How long the victim stays away, or stopped, milliseconds. */
  readonly holdMs: number;
  /** `crash` only: the point and its hit, as `HOLDFAST_CRASH_POINTS` has it. */
  readonly point?: string;
}

export interface PlanOptions {
  readonly seed: number;
  /** How long faults begin, milliseconds. */
  readonly lengthMs: number;
  readonly victims: readonly Victim[];
  /** Only these; all unless told. */
  readonly kinds?: readonly FaultKind[];
  /** Faults at the same time; 1 is what the promise is about. */
  readonly overlap: number;
}

/** Bounds of what a seed draws, milliseconds. A lease of a relay is 15 s, an attempt of a step 10 s. */
export const planLimits = {
  pauseMs: { min: 300, max: 2_200 },
  holdMs: {
    kill: { min: 0, max: 2_500 },
    stop: { min: 500, max: 3_500 },
    freeze: { min: 11_000, max: 18_000 },
    restart: { min: 0, max: 0 },
    cut: { min: 1_000, max: 6_000 },
    /** Of one that is stopped at its point; one that is killed comes back at once. */
    crash: { min: 1_000, max: 18_000 },
  },
  pointHitMax: 12,
  /** A relay connects once for each of its three slots. */
  connectionHitMax: 3,
  hitsMax: 10_000,
} as const;

/**
 * The faults of a storm: a pure function of its options. Victims and kinds come in decks, shuffled by the seed, so that
 * each kind has met each victim before any does so again.
 */
export function planStorm(options: PlanOptions): readonly Hit[] {
  const { seed, lengthMs, overlap } = options;
  const random = new Random(seed);
  const hits: Hit[] = [];
  let deck: Card[] = [];
  let freeAtMs = 0;
  while (hits.length < planLimits.hitsMax) {
    if (deck.length === 0) deck = random.shuffled(cardsOf(options));
    const card = deck.shift();
    if (card === undefined) break;
    const atMs = Math.round(freeAtMs + between(random, planLimits.pauseMs));
    if (atMs >= lengthMs) break;
    const hit = drawHit(random, card, { number: hits.length + 1, atMs });
    hits.push(hit);
    freeAtMs = atMs + takesMs(card, hit) / overlap;
  }
  return hits;
}

interface Card {
  readonly victim: Victim;
  readonly kind: FaultKind;
}

function cardsOf({ victims, kinds }: PlanOptions): readonly Card[] {
  return victims.flatMap((victim) =>
    victim.kinds
      .filter((kind) => kinds === undefined || kinds.includes(kind))
      .map((kind) => ({ victim, kind })),
  );
}

function between(random: Random, { min, max }: { readonly min: number; readonly max: number }) {
  return Math.round(min + random.next() * (max - min));
}

function drawHit(random: Random, { victim, kind }: Card, place: Pick<Hit, 'number' | 'atMs'>): Hit {
  const drawnMs = between(random, planLimits.holdMs[kind]);
  // A supervisor brings our own processes back at once.
  const holdMs = kind === 'kill' && victim.server === undefined ? 0 : drawnMs;
  const hit = { ...place, victim: victim.name, kind, holdMs };
  const point = random.pick(victim.points ?? []);
  if (kind !== 'crash' || point === undefined) return hit;
  const [name = '', stop] = point.split('/');
  const { connectionHitMax, pointHitMax } = planLimits;
  const max = name.startsWith('relay.connected') ? connectionHitMax : pointHitMax;
  const turn = between(random, { min: 1, max });
  if (stop === undefined) return { ...hit, holdMs: 0, point: `${name}=${turn}` };
  return { ...hit, point: `${name}=${turn}/${stop}` };
}

/** What the fault usually takes until it is lifted: the clock of the plan, no bound. */
function takesMs({ victim, kind }: Card, { holdMs }: Hit): number {
  const starts = kind === 'kill' || kind === 'restart' || kind === 'crash';
  const twice = kind === 'crash' ? 2 : 1;
  return holdMs + (starts ? twice * victim.startMs : 500);
}

/** One line of a plan. */
export function hitLine({ number, atMs, victim, kind, holdMs, point }: Hit): string {
  const at = `${(atMs / 1_000).toFixed(1)} s`.padStart(8);
  const held = holdMs === 0 ? '' : ` for ${(holdMs / 1_000).toFixed(1)} s`;
  const where = point === undefined ? '' : ` at ${point}`;
  return `${String(number).padStart(4)} ${at}  ${victim.padEnd(14)} ${kind}${where}${held}`;
}
