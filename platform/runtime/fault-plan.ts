import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { MessageKind } from '../kernel/step';

/** What may happen to one message at a participant; what each does is in `participant/planned-faults.ts`. */
export const plannedFaultNames = [
  'error-before',
  'error-after',
  'reply-lost',
  'late',
  'duplicate',
  'killed',
  'held',
  'refusal',
  'undo-fails',
  'poison',
] as const;

export type PlannedFaultName = (typeof plannedFaultNames)[number];

/** One fault of a saga: at which messages of which step, and how often. */
export interface PlannedFault {
  readonly step: string;
  readonly kind: MessageKind;
  readonly fault: PlannedFaultName;
  /** Messages that meet it; those after them meet the next fault of the plan for their step, or none. */
  readonly times: number;
  /** `refusal` only: a code of the command's closed list. */
  readonly code?: string;
  /** Pause before the fault, milliseconds: moves it a little against everything else that goes on. */
  readonly pauseMs?: number;
  /** No message meets it any more once the saga's held messages are let go. */
  readonly untilReleased?: true;
}

/** A fault whose turn has come. */
export interface DueFault extends PlannedFault {
  /** Says that it happened; the name of everything further that is written about it begins with this. */
  readonly marker: string;
  /** There is this file when a held message may go on. */
  readonly releaseFile: string;
}

/** Thrown for a plan that cannot be read: a run of faults must not silently test nothing. */
export class FaultPlanError extends Error {
  readonly code = 'FAULT_PLAN_INVALID';
}

function stem(folder: string, workflowId: string): string {
  const name = createHash('sha256').update(workflowId).digest('hex').slice(0, 32);
  return path.join(folder, name);
}

/** Writes what shall happen to one saga; must be there before the saga starts. Replaces an earlier plan. */
export function writeFaultPlan(
  folder: string,
  workflowId: string,
  faults: readonly PlannedFault[],
): void {
  mkdirSync(folder, { recursive: true });
  const file = stem(folder, workflowId);
  writeFileSync(`${file}.new`, JSON.stringify(faults));
  renameSync(`${file}.new`, `${file}.json`);
}

/** Lets every held message of a saga go on, and ends the faults that last until then. */
export function releaseHeld(folder: string, workflowId: string): void {
  writeFileSync(`${stem(folder, workflowId)}.release`, '');
}

/** A fault that happened: its place in the plan, and what became of a message that went on after its hold. */
export interface HappenedFault {
  readonly index: number;
  /** `done`, `undone` and so on, or the code of a fault; absent while it is held, and for all other faults. */
  readonly afterwards?: string;
}

/** The faults of a saga that have happened so far. */
export function happenedFaults(folder: string, workflowId: string): readonly HappenedFault[] {
  const prefix = `${path.basename(stem(folder, workflowId))}.`;
  const names = readdirSync(folder).filter((name) => name.startsWith(prefix));
  return names.flatMap((name) => {
    const [, index] = /^(\d+)\.\d+$/.exec(name.slice(prefix.length)) ?? [];
    if (index === undefined) return [];
    const after = path.join(folder, `${name}.after`);
    const afterwards = existsSync(after) ? { afterwards: readFileSync(after, 'utf8') } : {};
    return [{ index: Number(index), ...afterwards }];
  });
}

/**
 * The fault that this message has to suffer, if any. Taking one is one atomic act on disk, so that it counts across
 * attempts, restarts and processes.
 */
export function takeFault(
  folder: string,
  message: {
    readonly correlationId: string;
    readonly step: string;
    readonly kind: MessageKind;
  },
): DueFault | undefined {
  const file = stem(folder, message.correlationId);
  if (!existsSync(`${file}.json`)) return undefined;
  const releaseFile = `${file}.release`;
  for (const [index, fault] of readPlan(`${file}.json`).entries()) {
    if (fault.step !== message.step || fault.kind !== message.kind) continue;
    if (fault.untilReleased === true && existsSync(releaseFile)) continue;
    const marker = take(`${file}.${index}`, fault.times);
    if (marker !== undefined) return { ...fault, marker, releaseFile };
  }
  return undefined;
}

function take(prefix: string, times: number): string | undefined {
  for (let turn = 0; turn < times; turn += 1) {
    const marker = `${prefix}.${turn}`;
    try {
      closeSync(openSync(marker, 'wx'));
      return marker;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  return undefined;
}

function readPlan(file: string): readonly PlannedFault[] {
  const faults = JSON.parse(readFileSync(file, 'utf8')) as readonly PlannedFault[];
  const unknown = faults.find(({ fault }) => !plannedFaultNames.includes(fault));
  if (unknown !== undefined) throw new FaultPlanError(`there is no fault "${unknown.fault}"`);
  return faults;
}
