import type { AuditFinding } from '../codes';
import type { Family } from '../family';

/** An aggregate as far as the auditor has read the log. */
export interface Tracked {
  readonly id: string;
  /** Number of the last event folded. */
  readonly seq: number;
  /** Highest number that the log itself has shown. */
  readonly logSeq: number;
  /** The fold as canonical JSON; empty before the first event. */
  readonly state: string;
  /** Its history has a hole that nothing fills: it is not folded on, and its state not compared. */
  readonly isStalled: boolean;
}

/** An event the auditor has seen. */
export interface Seen {
  readonly aggregateId: string;
  readonly seq: number;
  readonly hash: string;
  /** Taken from the events table, since the log went on without it. */
  readonly isFilled: boolean;
  readonly partition: number;
  readonly offset: string;
}

/** What one transaction of a service has added to a sum so far, where that is not zero. */
export interface OpenWeight {
  readonly identity: string;
  readonly aggregateId: string;
  /** Names the transaction by what all its events share. */
  readonly origin: string;
  readonly amount: number;
  /** An event of it. */
  readonly eventId: string;
  readonly sagaId?: string;
}

/** How far the auditor is with one service; changes together with what it has read. */
export interface ServiceMark {
  /** Next offset to read, by partition, as decimal text. */
  readonly offsets: Readonly<Record<string, string>>;
  /** Aggregate behind which the next page of the rolling comparison begins. */
  readonly scanAfter: string;
  /** Event behind which the next page of the rolling reading of the events table begins. */
  readonly historyAfter: { readonly aggregateId: string; readonly seq: number };
  /** Next offset to look for in each projection, by `projection/partition`. */
  readonly projected: Readonly<Record<string, string>>;
  readonly openWeights: readonly OpenWeight[];
  readonly events: number;
  readonly repeats: number;
}

export const firstMark: ServiceMark = {
  offsets: {},
  scanAfter: '',
  historyAfter: { aggregateId: '', seq: 0 },
  projected: {},
  openWeights: [],
  events: 0,
  repeats: 0,
};

/** A finding as it is kept. */
export interface KeptFinding extends AuditFinding {
  /** RFC 3339. */
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** Why a person put it aside; absent while it is open. */
  readonly acknowledged?: string;
  /** It was changed, moved or never sealed: `detail` says so, and none of its ids is to be believed. */
  readonly isRefused?: true;
}

/** How many findings of one kind are open. */
export interface FindingCount {
  readonly code: string;
  readonly service: string;
  readonly count: number;
}

/** Everything that one step of the audit changes, all or nothing. */
export interface LedgerChange {
  readonly service: string;
  readonly mark: ServiceMark;
  readonly tracked?: readonly Tracked[];
  readonly seen?: readonly Seen[];
  /** Parts of the service; see {@link Ledger.families}. */
  readonly families?: readonly Family[];
  /** Families that were judged, and are forgotten. */
  readonly judged?: readonly string[];
  readonly findings?: readonly AuditFinding[];
}

/** The audit's last line and its number; 0 and empty before the first. */
export interface ReportTail {
  readonly number: number;
  readonly line: string;
}

/** Thrown when another auditor has taken over: this one must stop writing. */
export class LedgerTaken extends Error {
  readonly code = 'AUDITOR_REPLACED';
}

/**
 * The auditor's own memory: what it has read of each service, and what it has found. One auditor at a time writes; who
 * takes over makes every later write of the one before fail with {@link LedgerTaken}. What it does not take for its own
 * writing is the fault `CIPHERTEXT_REFUSED`, whoever asks for it; without keys it is `KEYS_UNAVAILABLE`.
 */
export interface Ledger {
  /** Becomes the one who writes. */
  takeOver(): Promise<void>;
  mark(service: string): Promise<ServiceMark>;
  tracked(service: string, ids: readonly string[]): Promise<ReadonlyMap<string, Tracked>>;
  /** Ids behind `afterId` up to `lastId`, ascending; without `lastId` to the end, at most `limitMax`. */
  trackedIds(
    service: string,
    page: { readonly afterId: string; readonly lastId?: string; readonly limitMax: number },
  ): Promise<readonly string[]>;
  /** Those of the events that were seen, by event id. */
  seen(service: string, ids: readonly EventKey[]): Promise<ReadonlyMap<string, Seen>>;
  /** Events of a partition from an offset on, ascending, those filled in left out. */
  seenFrom(
    service: string,
    place: { readonly partition: number; readonly offset: string; readonly limitMax: number },
  ): Promise<readonly Seen[]>;
  /**
   * What one service has said of families, by workflow id. Services are read side by side, so each has a part of its
   * own: of one that all wrote to, whoever wrote last would have undone the others.
   */
  families(service: string, ids: readonly string[]): Promise<ReadonlyMap<string, Family>>;
  /** Families that have ended and were not judged, whole. */
  endedFamilies(limitMax: number): Promise<readonly Family[]>;
  /** Answers the findings of the change that were not known before. */
  commit(change: LedgerChange): Promise<readonly AuditFinding[]>;
  /** Findings first seen at or after a time, oldest first. */
  findings(page: {
    readonly since: Date;
    readonly limitMax: number;
  }): Promise<readonly KeptFinding[]>;
  /** Findings that nobody has acknowledged since they were last seen. */
  openFindings(): Promise<readonly FindingCount[]>;
  /** Puts every open finding aside, with the reason; one that is seen again is open again. Answers how many. */
  acknowledge(reason: string): Promise<number>;
  reportTail(): Promise<ReportTail>;
  /** Appends a line behind `tail`; refused with {@link LedgerTaken} where another stands there. */
  appendReport(tail: ReportTail, line: string): Promise<void>;
  reportLines(page: {
    readonly after: number;
    readonly limitMax: number;
  }): Promise<readonly ReportTail[]>;
}

export interface EventKey {
  readonly aggregateId: string;
  readonly seq: number;
}
