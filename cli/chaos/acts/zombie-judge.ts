import type { CrashPointName } from '../../../platform/runtime/crash-point';
import { until } from '../../up/api-client';
import { sagaLines } from '../saga-lines';
import type { StoryLine } from '../saga-lines';
import { brokenAfter, chaosLimits } from '../stage';
import type { LogLine, PlayedSaga, Stage } from '../stage';

interface Place {
  readonly point: CrashPointName;
  readonly says: string;
  /** What may stop its late write: the fence where it still asks, the end of its transaction where it does not. */
  readonly refusals: readonly string[];
}

const outOfTime = ['STEP_FENCED', 'STORE_CONFLICT', 'STORE_UNAVAILABLE'];

/** Places inside a step at which a worker is stopped: before it asks its store, and with what it holds there. */
export const zombiePlaces = {
  unread: {
    point: 'participant.received',
    says: 'before it asked its store',
    refusals: ['STEP_FENCED'],
  },
  decided: {
    point: 'participant.before-commit',
    says: 'after it decided, before it wrote',
    refusals: outOfTime,
  },
  written: {
    point: 'participant.written-not-committed',
    says: 'after it wrote, before it committed',
    refusals: outOfTime,
  },
} as const satisfies Record<string, Place>;

export type ZombiePlace = keyof typeof zombiePlaces;

/** The step of place-order at which the worker of each service is stopped; DynamoDB writes in one request. */
export const zombieTargets = [
  { service: 'orders', store: 'MongoDB', step: 'open order', command: 'open', hit: 2 },
  {
    service: 'payments',
    store: 'PostgreSQL',
    step: 'authorize payment',
    command: 'authorize',
    hit: 1,
  },
  { service: 'inventory', store: 'DynamoDB', step: 'reserve stock', command: 'reserve', hit: 1 },
] as const;

export type ZombieTarget = (typeof zombieTargets)[number];

/** What became of one stopped worker. Red when there is a problem. */
export interface ZombieResult {
  readonly store: ZombieTarget['store'];
  readonly service: ZombieTarget['service'];
  readonly step: string;
  readonly place: ZombiePlace;
  /** Code with which its late write was refused. */
  readonly refusedWith: string;
  /** How the saga ended, and how long after its worker was stopped; milliseconds. */
  readonly outcome: string;
  readonly undoneAfterMs: number;
  /** State of the step's row afterwards. */
  readonly row: string;
  readonly problems: readonly string[];
  readonly lines: readonly StoryLine[];
}

/** The line a worker writes before it is stopped. */
export const isStop = ({ msg }: LogLine): boolean => msg.startsWith('stopped at ');
const isAwake = ({ msg }: LogLine): boolean => msg.startsWith('goes on ');

/** One stopped worker that goes on, and the saga it was stopped in. */
export interface Judged {
  readonly place: ZombiePlace;
  readonly target: ZombieTarget;
  readonly outcome: string;
  readonly played: PlayedSaga;
  readonly log: () => readonly LogLine[];
}

/** Waits for what the zombie has to say, and counts what stands. */
export async function judge(stage: Stage, judged: Judged): Promise<ZombieResult> {
  const { place, target, outcome, played, log } = judged;
  const { service, store, step, command } = target;
  const own = ({ workflowId, command: type }: LogLine) =>
    workflowId === played.saga.workflowId && type === `${service}.${command}`;
  const refusal = await until(`the late write of ${service}`, chaosLimits.wakeMs, async () => {
    // The attempt it was stopped in; others that were handed to it meanwhile come behind, and are in the story.
    return log().find((line) => own(line) && line.attempt === 1 && line.code !== undefined);
  }).catch(() => undefined);
  const rows = await stage.arena.rows(service, played.saga.sagaId);
  const row = rows.find((one) => one.step === step)?.state ?? 'absent';
  const lines = [
    ...zombieLines(log().filter((line) => isStop(line) || isAwake(line) || own(line))),
    ...(await sagaLines(stage.arena, played.saga, `${service}.`)),
  ].sort((left, right) => left.time.localeCompare(right.time));
  const problems = [
    ...(outcome === 'compensated' ? [] : [`the saga ended as ${outcome}`]),
    ...refusalProblems(place, refusal?.code),
    ...(['tombstone', 'undone'].includes(row) ? [] : [`the row of "${step}" is ${row}`]),
    ...(await brokenAfter(stage, played, 'compensated')),
  ];
  const undoneAfterMs = elapsedMs(lines, (line) => line.says.startsWith('the saga ended'));
  const refusedWith = refusal?.code ?? '';
  return { store, service, step, place, refusedWith, outcome, undoneAfterMs, row, problems, lines };
}

function refusalProblems(place: ZombiePlace, code: string | undefined): string[] {
  if (code === undefined) return ['the late write was not refused'];
  const { refusals } = zombiePlaces[place];
  const isExpected = (refusals as readonly string[]).includes(code);
  return isExpected ? [] : [`it was stopped by ${code}, and not by ${refusals.join(' or ')}`];
}

function zombieLines(lines: readonly LogLine[]): readonly StoryLine[] {
  return lines.map(({ time, msg, code, attempt, delayMs, error }) => {
    const late = delayMs === undefined ? '' : `, ${(delayMs / 1000).toFixed(1)} s later`;
    const refused = `attempt ${attempt} is refused: ${code}: ${error?.message ?? ''}`;
    return { time, side: 'zombie', says: code === undefined ? `${msg}${late}` : refused };
  });
}

function elapsedMs(lines: readonly StoryLine[], isEnd: (line: StoryLine) => boolean): number {
  const from = lines.find(({ side }) => side === 'zombie')?.time ?? '';
  const to = lines.find(isEnd)?.time ?? from;
  return Date.parse(to) - Date.parse(from);
}
