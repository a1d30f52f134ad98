import type { Log } from '../../runtime/log';
import type { EventLog } from '../kafka';
import type { Projection } from '../projector/projection';
import type { SchemaRegistry } from '../schema-registry';
import type { Comparison, GenerationStore, LetterLine } from './port';

/** Limits of a replay, in milliseconds where nothing else is said. */
export const replayLimits = {
  /** Records in one transaction; a fetch of the log brings no more than this many small ones anyway. */
  batchSizeMax: 2_000,
  /** How often progress is told, and the end of the log looked at. */
  progressMs: 500,
  /** Given up when nothing was applied for so long and the end is not reached. */
  stallMs: 60_000,
  /** How long whoever maintains the live generation stands still at most, for one attempt to switch. */
  switchWaitMs: 1_500,
  switchesMax: 20,
  /** Letters named in the report. */
  lettersMax: 20,
} as const;

/** What a replay is at. */
export interface ReplayProgress {
  readonly phase: 'folding' | 'comparing' | 'switching' | 'clearing';
  /** Records of the log that are folded, those of an interrupted replay before included. */
  readonly events: number;
  /** Records in the log by the last look at its end. */
  readonly total: number;
  /** Records a second since this replay began; 0 before the first. */
  readonly perSecond: number;
  /** Absent while there is no rate to tell it from. */
  readonly remainingMs?: number;
}

/** What is done with the generation once it has caught up. */
export interface ReplayWishes {
  /** Builds and compares, and leaves the live generation live. */
  readonly keepLive: boolean;
  /** Keys drawn from each side for the comparison. */
  readonly sampleMax: number;
  /** A difference refuses the switch. */
  readonly expectEqual: boolean;
  /** Switches although dead letters wait that the live generation does not have. */
  readonly acceptLetters: boolean;
}

export interface ReplayOptions extends ReplayWishes {
  readonly projection: Projection;
  /** Identity of the code that folds it: a half-built generation of other code is begun anew. */
  readonly fold: string;
  readonly topics: readonly string[];
  /** Consumer groups of this prefix must be allowed to us. */
  readonly groupPrefix: string;
  readonly eventLog: Pick<EventLog, 'marks' | 'startConsumer'>;
  readonly generations: GenerationStore;
  readonly schemas: Pick<SchemaRegistry, 'read'>;
  readonly log: Log;
  readonly progress?: (at: ReplayProgress) => void;
  /** Called once nobody else can replay it. */
  readonly begun?: () => void;
  /** Ends it before it switches, with the signal's reason; the next one goes on with what was built. */
  readonly stopping?: AbortSignal;
  readonly limits?: Partial<Record<keyof typeof replayLimits, number>>;
}

/** Why there was no replay, or no switch. */
export type ReplayCode =
  /** Somebody replays this projection already. */
  | 'REPLAY_RUNNING'
  /** The log cannot be folded to its end: it lost records, forked, or has a gap. */
  | 'REPLAY_HALTED'
  /** Nothing was applied for a long time. */
  | 'REPLAY_STALLED'
  /** The live generation was always ahead. */
  | 'REPLAY_BEHIND'
  /** There is no earlier generation to go back to. */
  | 'NOTHING_KEPT';

/** Thrown for what keeps a replay from reaching its end. The live generation is as it was. */
export class ReplayError extends Error {
  constructor(
    readonly code: ReplayCode,
    message: string,
    /** What to do, in one line. */
    readonly fix: string,
  ) {
    super(`${code}: ${message}`);
    this.name = 'ReplayError';
  }
}

/** What came of a replay, or of going back. `differs` and `letters`: built and compared, but not switched. */
export interface ReplayReport {
  readonly projection: string;
  readonly verdict: 'switched' | 'built' | 'differs' | 'letters';
  /** Number of the generation that was live before. */
  readonly from: number;
  readonly to: number;
  /** True where a generation that an interrupted replay had left was gone on with. */
  readonly resumed: boolean;
  /** Records folded by this run, repeats among them. */
  readonly events: number;
  readonly repeats: number;
  readonly tookMs: number;
  readonly eventsPerSecond: number;
  readonly comparison: Comparison;
  /** Dead letters it has and the live generation has not. */
  readonly letters: { readonly count: number; readonly first: readonly LetterLine[] };
}
