import { adviceFor, consequenceOf, likelyVerbs, reasonText } from './explain-text';
import type { RepairVerb } from './verbs';

/** A step as far as whoever asks knows it; a saga's view and its journal both fit. */
export interface StepToExplain {
  readonly name: string;
  readonly kind?: string;
  readonly participant?: string;
  readonly status: string;
  readonly reason?: string;
  readonly leftInPlace?: boolean;
  readonly external?: boolean;
  /** Workflow id of the saga that this step is. */
  readonly child?: string;
}

/** A parked step; `verbs` is absent where only the journal could be asked. */
export interface ParkedToExplain {
  readonly step: string;
  readonly direction: string;
  readonly condition: string;
  readonly reason: string;
  readonly since: string;
  readonly verbs?: readonly RepairVerb[];
}

/** What a person did, by the journal. */
export interface ActToExplain {
  readonly verb: string;
  readonly actor: string;
  readonly reason: string;
  readonly step?: string;
  readonly at: string;
}

/** What a saga waits for from outside. */
export interface AwaitedToExplain {
  readonly step: string;
  readonly role: string;
  readonly amountCents?: number;
  readonly until: string;
}

/** Everything an explanation is made of. */
export interface SagaToExplain {
  readonly saga: string;
  readonly businessKey: string;
  readonly state: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly reason?: string;
  readonly paused?: boolean;
  readonly steps: readonly StepToExplain[];
  readonly parked: readonly ParkedToExplain[];
  readonly acts: readonly ActToExplain[];
  readonly awaiting: readonly AwaitedToExplain[];
}

/** What is known of a step's effect. */
export type Known = 'stands' | 'does not stand' | 'unknown';

/** What a verb would do and what follows from it. */
export interface Option {
  readonly verb: RepairVerb;
  readonly does: string;
  readonly consequence: string;
}

/** A saga in plain words, for whoever is on call. */
export interface Explanation {
  /** One sentence. */
  readonly summary: string;
  readonly steps: readonly {
    readonly step: string;
    readonly known: Known;
    readonly says: string;
  }[];
  readonly parked: readonly {
    readonly step: string;
    readonly since: string;
    readonly why: string;
    readonly checkFirst: readonly string[];
    readonly options: readonly Option[];
    /** False when no worker could be asked: the saga itself may take fewer of them. */
    readonly optionsAreCertain: boolean;
  }[];
  readonly awaiting: readonly string[];
  /** Who did what and why, oldest first. */
  readonly acts: readonly string[];
}

const knownByStatus: Readonly<Record<string, Known>> = {
  ...{ done: 'stands', undone: 'does not stand', refused: 'does not stand' },
  skipped: 'does not stand',
};

const knownByCondition: Readonly<Record<string, Known>> = {
  ...{ 'nothing-stands': 'does not stand', 'effect-stands': 'stands', unsettled: 'unknown' },
};

function explainStep(step: StepToExplain, parked: ParkedToExplain | undefined) {
  const { name, status, reason, child, leftInPlace = false, external = false } = step;
  const ofStatus = leftInPlace ? 'stands' : (knownByStatus[status] ?? 'unknown');
  const known = parked === undefined ? ofStatus : (knownByCondition[parked.condition] ?? 'unknown');
  const notes = [
    ...(leftInPlace ? ['a person left its effect in place'] : []),
    ...(external ? ['a person did it by hand'] : []),
    ...(reason === undefined ? [] : [reasonText(reason)]),
    ...(child === undefined ? [] : [`a saga of its own: ${child}`]),
  ];
  const says = parked === undefined ? status : `parked (${parked.direction})`;
  return { step: name, known, says: [says, ...notes].join(', ') };
}

function explainParked(place: ParkedToExplain, steps: readonly StepToExplain[]) {
  const step = steps.find(({ name }) => name === place.step);
  const kind = step?.kind;
  const verbs = place.verbs ?? likelyVerbs(place, kind);
  const { why, checkFirst } = adviceFor(place, step?.participant);
  return {
    ...{ step: place.step, since: place.since, why, checkFirst },
    options: verbs.map((verb) => ({ verb, ...consequenceOf(verb, place, kind) })),
    optionsAreCertain: place.verbs !== undefined,
  };
}

/** What of a saga that went back is still there: nothing, unless a person left it so. */
function leftOf(steps: readonly StepToExplain[]): string {
  const left = steps.filter(({ leftInPlace }) => leftInPlace === true).map(({ name }) => name);
  return left.length === 0
    ? 'nothing of it stands'
    : `nothing of it stands but what a person left in place: ${left.join(', ')}`;
}

/** What of a saga that went forward to its end stands: everything, unless a person skipped some of it. */
function stoodOf(steps: readonly StepToExplain[]): string {
  const skipped = steps.filter(({ status }) => status === 'skipped').map(({ name }) => name);
  return skipped.length === 0
    ? 'every step stands'
    : `every step stands but what a person skipped: ${skipped.join(', ')}`;
}

function ending({ state, reason, steps }: SagaToExplain): string {
  const because = reason === undefined ? '' : ` because of ${reasonText(reason)}`;
  switch (state) {
    case 'completed':
      return `completed: ${stoodOf(steps)}`;
    case 'compensated':
      return `was undone${because}: ${leftOf(steps)}`;
    case 'cancelled':
      return `was cancelled and undone: ${leftOf(steps)}`;
    case 'compensating':
      return `goes back${because}: its steps are being undone`;
    default:
      return 'runs: nothing needs to be done';
  }
}

function summaryOf(told: SagaToExplain): string {
  const { saga, businessKey, parked, awaiting, paused = false } = told;
  const name = `${saga} for ${businessKey}`;
  if (parked.length > 0) {
    const places = parked.map(({ step, direction }) => `"${step}" (${direction})`).join(' and ');
    return `${name} waits for a person at ${places}. Nothing is lost; it goes on by a verb.`;
  }
  if (paused) return `${name} is held by an operator: no step and no undo starts until unpause.`;
  if (awaiting.length > 0)
    return `${name} waits for ${awaiting.map(({ step }) => `"${step}"`).join(', ')}.`;
  return `${name} ${ending(told)}.`;
}

/** Explains a saga: pure, so that every situation of it can be tested without one. */
export function explain(told: SagaToExplain): Explanation {
  const { steps, parked, acts, awaiting } = told;
  const placeOf = (name: string) => parked.find(({ step }) => step === name);
  const unlisted = parked.filter(({ step }) => steps.every(({ name }) => name !== step));
  const all = [...steps, ...unlisted.map(({ step }) => ({ name: step, status: 'parked' }))];
  return {
    summary: summaryOf(told),
    steps: all.map((step) => explainStep(step, placeOf(step.name))),
    parked: parked.map((place) => explainParked(place, steps)),
    awaiting: awaiting.map(({ step, role, amountCents, until }) => {
      const amount = amountCents === undefined ? '' : `, about ${(amountCents / 100).toFixed(2)}`;
      return `"${step}" needs somebody with the role ${role}${amount}, until ${until}`;
    }),
    acts: acts.map(({ at, actor, verb, step, reason }) => {
      const where = step === undefined ? '' : ` at "${step}"`;
      return `${at} ${actor} did ${verb}${where}: ${reason}`;
    }),
  };
}
