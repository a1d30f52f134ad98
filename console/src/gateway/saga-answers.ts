import type { AnswerOf } from './answer-of';

export type Explanation = AnswerOf<'explainSaga'>;
export type ParkedAdvice = Explanation['parked'][number];
export type SagaList = AnswerOf<'listSagas'>;
export type SagaType = AnswerOf<'listSagaTypes'>['types'][number];
export type BulkProgress = AnswerOf<'getBulk'>;
export type Letter = AnswerOf<'getLetter'>;
export type LetterReport = AnswerOf<'retryLetter'>;
export type GroupReport = AnswerOf<'retryLetterGroup'>;

/** A step as the saga's worker or its read model tells it; the read model leaves out what no event has said. */
export interface SagaStep {
  readonly name: string;
  readonly status: string;
  readonly kind?: string;
  readonly participant?: string;
  readonly command?: string;
  readonly epoch?: number;
  readonly startedAt?: string;
  /** Of an undone step the end of its undo. */
  readonly finishedAt?: string;
  readonly reason?: string;
  readonly leftInPlace?: boolean;
  readonly external?: boolean;
  /** Workflow id of the saga that this step is. */
  readonly child?: string;
}

export interface ParkedPlace {
  readonly step: string;
  readonly direction: string;
  readonly condition: string;
  readonly reason: string;
  readonly since: string;
}

export interface Awaited {
  readonly step: string;
  readonly kind: 'approval' | 'event';
  readonly role: string;
  readonly amountCents?: number;
  readonly until: string;
}

export interface Act {
  readonly verb: string;
  readonly actor: string;
  readonly reason: string;
  readonly step?: string;
  readonly at: string;
}

/** `GET /sagas/{id}`: members that only the worker or only the journal knows may be missing. */
export interface Saga {
  readonly id: string;
  readonly sagaId?: string;
  readonly saga: string;
  readonly businessKey: string;
  readonly state: string;
  readonly reason?: string;
  readonly owner?: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly deadlineAt?: string;
  readonly steps?: readonly SagaStep[];
  readonly parked?: readonly ParkedPlace[];
  readonly awaiting?: readonly Awaited[];
  readonly acts?: readonly Act[];
  readonly paused?: boolean;
  readonly generation?: number;
  readonly notes?: readonly string[];
  readonly asOf?: string;
  readonly source?: string;
  readonly links: Readonly<Record<string, string>>;
}

/** A row of `GET /dead-letters`; which members there are is the projector's to say. */
export interface LetterLine {
  readonly id: string;
  readonly projection: string;
  readonly aggregateId: string;
  readonly seq: number;
  readonly reason: string;
  readonly detail: string;
  readonly group: string;
  readonly cause: string;
  readonly parkedAt: string;
  readonly type?: string;
  readonly topic?: string;
  readonly isEdited?: boolean;
}

export interface LetterAct {
  readonly id: string;
  readonly verb: string;
  readonly letterId: string;
  readonly actor: string;
  readonly reason: string;
  readonly at: string;
  readonly applied?: number;
  readonly settled?: number;
  readonly left?: number;
}

/** `GET /dead-letters/{id}`. */
export interface WholeLetter extends LetterLine {
  readonly headers?: Readonly<Record<string, string>>;
  readonly payload?: unknown;
  readonly edited?: unknown;
  readonly queue?: readonly {
    readonly id: string;
    readonly seq: number;
    readonly reason: string;
    readonly detail: string;
  }[];
  readonly acts?: readonly LetterAct[];
  readonly settled?: { readonly at: string; readonly end: string };
}

export interface LetterGroup {
  readonly group: string;
  readonly projection: string;
  readonly reason: string;
  readonly cause: string;
  readonly letters: number;
  readonly aggregates: number;
  readonly firstId: string;
  readonly firstAt: string;
  readonly lastAt: string;
}
