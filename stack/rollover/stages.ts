import type { Heard } from '../wire/knock';

/** The stages of a rollover, in their order. */
export const stages = ['trust', 'reissue', 'retire'] as const;

export type Stage = (typeof stages)[number];

/**
 * How far a rollover has come, by the keys that are there: none under way; another authority is believed beside the
 * one that signs; it signs, and the one before it is still believed.
 */
export type Position = 'settled' | 'trust' | 'reissue';

/** A listener as it was found on the wire. */
export interface ListenerSeen {
  readonly listener: string;
  /** Whose leaf it shows: of the authority before, of the new one, of another one; none in time; or nobody listens. */
  readonly shows: 'old' | 'new' | 'other' | 'silent' | 'away';
  /** What it does with a leaf of the authority before, and with one of the new one. */
  readonly old: Heard;
  readonly new: Heard;
}

const arrived: Readonly<Record<Stage, (seen: ListenerSeen) => boolean>> = {
  trust: (seen) => seen.old === 'answered' && seen.new === 'answered',
  reissue: ({ shows, new: ofNew }) => shows === 'new' && ofNew === 'answered',
  retire: (seen) => arrived.reissue(seen) && seen.old === 'refused',
};

/** True where a stage has come to a listener. Who is down reads the files of the day when it comes up. */
export function hasArrived(stage: Stage, seen: ListenerSeen): boolean {
  return seen.shows === 'away' || arrived[stage](seen);
}

/** Names of the listeners to which a stage has not come. */
export function behind(stage: Stage, seen: readonly ListenerSeen[]): readonly string[] {
  return seen.filter((one) => !hasArrived(stage, one)).map(({ listener }) => listener);
}

/** Why a stage is not begun; a closed list. */
export type RolloverCode =
  | 'ROLLOVER_NOT_BEGUN'
  | 'ROLLOVER_FURTHER'
  | 'ROLLOVER_IN_USE'
  | 'TRUST_NOT_EVERYWHERE'
  | 'REISSUE_NOT_EVERYWHERE'
  | 'CONTROLLERS_AS_STARTED'
  | 'SAGAS_UNDER_OLD_AUTHORITY';

/** Thrown before anything is changed; `fix` is the next step. */
export class RolloverRefused extends Error {
  override readonly name = 'RolloverRefused';

  constructor(
    readonly code: RolloverCode,
    message: string,
    readonly fix: string,
  ) {
    super(message);
  }
}

/** What a stage must find before it may change anything. */
export interface Found {
  readonly position: Position;
  readonly seen: readonly ListenerSeen[];
  /** Whether every leaf in the files is of the new authority. */
  readonly areLeavesNew: boolean;
  /** Brokers that were started before the stage before, where there are others whom they call as they were started. */
  readonly asStarted: readonly string[];
}

const again = (stage: Stage): string => `run holdfast certs rollover ${stage}`;

/**
 * Why a stage may not begin, or go on, from what was found; undefined where it may. One that has begun is gone on with,
 * since what came before it had arrived then.
 */
export function refusalOf(stage: Stage, found: Found): RolloverRefused | undefined {
  if (stage === 'trust') return refusesTrust(found);
  if (found.position === 'settled') {
    const said = 'no authority is being replaced';
    return new RolloverRefused('ROLLOVER_NOT_BEGUN', said, again('trust'));
  }
  const refusal = stage === 'reissue' ? refusesReissue(found) : refusesRetire(found);
  if (refusal !== undefined || found.position === stage || found.asStarted.length === 0)
    return refusal;
  const said = `these call the other controllers as they were started: ${found.asStarted.join(', ')}`;
  const next = `start the stack again, then ${again(stage)}`;
  return new RolloverRefused('CONTROLLERS_AS_STARTED', said, next);
}

function refusesTrust({ position }: Found): RolloverRefused | undefined {
  if (position !== 'reissue') return undefined;
  const said = 'the new authority signs already, and the one before it is not retired';
  return new RolloverRefused('ROLLOVER_FURTHER', said, again('reissue'));
}

function refusesReissue({ position, seen }: Found): RolloverRefused | undefined {
  const late = behind('trust', seen);
  if (position === 'reissue' || late.length === 0) return undefined;
  const said = `these do not believe both authorities: ${late.join(', ')}`;
  return new RolloverRefused('TRUST_NOT_EVERYWHERE', said, again('trust'));
}

function refusesRetire({ position, seen, areLeavesNew }: Found): RolloverRefused | undefined {
  const late = position === 'reissue' && areLeavesNew ? behind('reissue', seen) : ['every process'];
  if (late.length === 0) return undefined;
  const said = `these do not show a leaf of the new authority: ${late.join(', ')}`;
  return new RolloverRefused('REISSUE_NOT_EVERYWHERE', said, again('reissue'));
}
