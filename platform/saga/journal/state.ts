import type { z } from 'zod';
import type { RecordedEvent } from '../../kernel/decision';
import type { Json } from '../../kernel/json';
import type { ChildVerdict } from '../children/commands';
import type { decided } from './contract';

/** What the journal knows of the one saga a workflow id may ever have. */
export interface JournalEntry {
  readonly kind: 'saga';
  readonly sagaId: string;
  readonly saga: string;
  readonly workflowId: string;
  readonly status: 'started' | 'parked' | 'held' | 'finished';
  /** Steps that are parked, while there are any. */
  readonly parked?: readonly string[];
  /** Pseudonym of whoever started it. */
  readonly owner: string;
  readonly businessKey: string;
  readonly requestHash: string;
  /** RFC 3339. */
  readonly deadlineAt: string;
  /** The saga of which this one is a step. */
  readonly parent?: { readonly sagaId: string; readonly step: string };
  /** 0, or the number of the latest recovery. */
  readonly generation: number;
  /** Temporal run ids of its recoveries. */
  readonly recoveries: readonly string[];
  /** Temporal run ids of its own runs after the first. */
  readonly runs: readonly string[];
  /** A child saga that was done and waited for its parent's decision. */
  readonly held: boolean;
  /** Generation that held last: its record has the child's answer. */
  readonly heldBy?: number;
  /** What the parent decided about this child saga. */
  readonly verdict?: ChildVerdict;
  readonly decided: z.output<typeof decided>;
  /** What people did, each act with the place it was for. */
  readonly acts?: { readonly [jti: string]: string };
  /** Participants of its steps; only when finished. */
  readonly participants?: readonly string[];
  /** Only when finished. */
  readonly outcome?: string;
  readonly reason?: string;
  /** Steps that are child sagas and stand; only when finished. */
  readonly standing?: readonly string[];
}

/** A workflow id under which no saga will ever start: the step that would have started it was given up. */
export interface ShutEntry {
  readonly kind: 'shut';
  readonly workflowId: string;
  readonly reason: string;
}

/** Whether sagas of one type may start. */
export interface SwitchEntry {
  readonly kind: 'switch';
  readonly saga: string;
  readonly stopped: boolean;
}

/** A person whose grants were revoked. */
export interface SubjectEntry {
  readonly kind: 'subject';
  /** Pseudonym. */
  readonly subject: string;
  /** RFC 3339. */
  readonly revokedAt: string;
}

export type JournalState = JournalEntry | SwitchEntry | ShutEntry | SubjectEntry;

/** Aggregate of the one saga a workflow id may have. */
export const sagaAggregate = (workflowId: string) => `saga/${workflowId}`;

/** Aggregate of the switch of a type of saga. */
export const switchAggregate = (saga: string) => `saga-type/${saga}`;

/** Aggregate of a person, by pseudonym. */
export const subjectAggregate = (subject: string) => `subject/${subject}`;

/** Clocks of gateway and journal differ by less: a grant that was issued just before counts as issued before. */
const revocationToleranceMs = 5_000;

/** The grant was issued before its person's grants were revoked. */
export function isRevoked(known: JournalState | undefined, issuedAtMs: number): boolean {
  if (known?.kind !== 'subject') return false;
  return issuedAtMs <= Date.parse(known.revokedAt) + revocationToleranceMs;
}

/** The saga of a workflow id, where one has started. */
export function entryOf(
  states: (aggregateId: string) => JournalState | undefined,
  { workflowId }: { readonly workflowId: string },
): JournalEntry | undefined {
  const known = states(sagaAggregate(workflowId));
  return known?.kind === 'saga' ? known : undefined;
}

type Data = { readonly [key: string]: Json };

/** A member that the event's schema says is text. */
function textOf(data: Data, key: string): string {
  const value = data[key];
  return typeof value === 'string' ? value : '';
}

/** The fold of the journal's events. */
export function evolveJournal(
  state: JournalState | undefined,
  { type, data }: RecordedEvent,
): JournalState {
  if (type === 'saga-type.stopped' || type === 'saga-type.resumed') {
    return { kind: 'switch', saga: textOf(data, 'saga'), stopped: type === 'saga-type.stopped' };
  }
  if (type === 'subject.revoked') {
    const [subject, revokedAt] = [textOf(data, 'subject'), textOf(data, 'revokedAt')];
    return { kind: 'subject', subject, revokedAt };
  }
  if (type === 'saga.shut') {
    return { kind: 'shut', workflowId: textOf(data, 'workflowId'), reason: textOf(data, 'reason') };
  }
  if (state?.kind !== 'saga') return startedEntry(data);
  return evolveEntry(state, type, data);
}

function startedEntry(data: Data): JournalEntry {
  const text = (key: string) => textOf(data, key);
  const parent = data.parent as JournalEntry['parent'];
  return {
    kind: 'saga',
    sagaId: text('sagaId'),
    saga: text('saga'),
    workflowId: text('workflowId'),
    status: 'started',
    owner: text('owner'),
    businessKey: text('businessKey'),
    requestHash: text('requestHash'),
    deadlineAt: text('deadlineAt'),
    ...(parent === undefined ? {} : { parent }),
    generation: 0,
    recoveries: [],
    runs: [],
    held: false,
    decided: { verdicts: {}, inputs: {}, results: {} },
  };
}

function evolveEntry(entry: JournalEntry, type: string, data: Data): JournalEntry {
  switch (type) {
    case 'saga.parked':
      return withParked(entry, [...others(entry, data), textOf(data, 'step')]);
    case 'saga.unparked':
      return withParked(entry, others(entry, data));
    case 'saga.acted':
      return { ...entry, decided: afterAct(entry.decided, data), acts: withAct(entry, data) };
    case 'saga.held':
      return { ...entry, status: 'held', held: true, heldBy: Number(data.generation ?? 0) };
    case 'saga.ruled':
      return { ...entry, verdict: data.verdict as ChildVerdict };
    case 'saga.continued':
      return {
        ...entry,
        generation: Number(data.generation),
        runs: [...entry.runs, textOf(data, 'run')],
      };
    case 'saga.recovering':
      return {
        ...withParked(entry, []),
        status: 'started',
        generation: Number(data.generation),
        recoveries: [...entry.recoveries, textOf(data, 'run')],
      };
    case 'saga.finished':
      return {
        ...withParked(entry, []),
        status: 'finished',
        outcome: textOf(data, 'outcome'),
        ...(data.reason === undefined ? {} : { reason: textOf(data, 'reason') }),
        participants: participantsOf(data),
        standing: standingOf(data),
      };
    default:
      return entry;
  }
}

/** Step and direction that an act is for, as one text; empty for one that is for the whole saga. */
export function placeOfAct(act: { readonly [member: string]: unknown }): string {
  const { step = '', direction = '' } = act;
  return [step, direction].map(String).join(' ').trim();
}

function withAct({ acts = {} }: JournalEntry, data: Data): NonNullable<JournalEntry['acts']> {
  const { jti } = data;
  return typeof jti === 'string' ? { ...acts, [jti]: placeOfAct(data) } : acts;
}

/** The parked steps but the one of this record: a step is parked in one direction at a time. */
function others({ parked = [] }: JournalEntry, data: Data): readonly string[] {
  return parked.filter((step) => step !== data.step);
}

function withParked({ parked: _, ...entry }: JournalEntry, steps: readonly string[]): JournalEntry {
  if (steps.length > 0) return { ...entry, status: 'parked', parked: steps };
  return entry.status === 'parked' ? { ...entry, status: 'started' } : entry;
}

/** Remembers what a person decided about a step; the latest word on it counts. */
function afterAct(known: JournalEntry['decided'], data: Data): JournalEntry['decided'] {
  const { verb, step, direction, input } = data;
  if (typeof step !== 'string') return known;
  const isUndo = direction === 'undo';
  if (verb === 'retry-with-input') {
    return { ...known, inputs: { ...known.inputs, [step]: input ?? null } };
  }
  if (verb === 'skip') {
    return { ...known, verdicts: { ...known.verdicts, [step]: isUndo ? 'left' : 'skipped' } };
  }
  if (verb === 'deliver') {
    return { ...known, results: { ...known.results, [step]: input ?? null } };
  }
  if (verb !== 'mark-done-externally') return known;
  const verdict = isUndo ? 'undone-externally' : 'done-externally';
  const results = isUndo ? known.results : { ...known.results, [step]: input ?? null };
  return { ...known, verdicts: { ...known.verdicts, [step]: verdict }, results };
}

interface EndedStep {
  readonly name: string;
  readonly participant: string;
  readonly command: string;
  readonly status: string;
  readonly leftInPlace?: boolean;
}

function participantsOf(data: Data): readonly string[] {
  const steps = (data.steps ?? []) as unknown as readonly EndedStep[];
  return [...new Set(steps.map(({ participant }) => participant))].sort();
}

/** What an operator left in place stands like what is done. */
function standingOf(data: Data): readonly string[] {
  if (data.standing !== undefined) return data.standing as readonly string[];
  const steps = (data.steps ?? []) as unknown as readonly EndedStep[];
  return steps
    .filter(({ command }) => command === 'runChild')
    .filter(({ status, leftInPlace }) => status === 'done' || leftInPlace === true)
    .map(({ name }) => name);
}
