import type { AnswerOf } from './answer-of';

export type Session = AnswerOf<'getConsoleSession'>;

export type Overview = AnswerOf<'getOverview'>;
export type Minute = Overview['perMinute'][number];
/** How a saga can end. */
export type Outcome = Exclude<keyof Minute, 'at' | 'p99Ms'>;
export type ParkedGroup = Overview['parked'][number];

export type SystemAnswer = AnswerOf<'getSystem'>;

export type ProjectionLag = AnswerOf<'listProjections'>['projections'][number];
export type PartitionLag = ProjectionLag['partitions'][number];

/** A record of the log as it is told: an event, or what cannot be read as one. */
export type LogRecord = AnswerOf<'listEvents'>['events'][number];

/** One event of the log. What belongs to no saga has no step, direction and epoch. */
export interface LogEvent {
  readonly service: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /** When it reached the log. */
  readonly recordedTime: string;
  readonly aggregateId: string;
  readonly seq: number;
  readonly type: string;
  /** Version of its schema. */
  readonly schema: string;
  readonly time: string;
  readonly sagaId?: string;
  readonly step?: string;
  readonly epoch?: number;
  readonly direction?: string;
  readonly data: unknown;
}
