// What the gateway answers the console with, where `client/api.d.ts` has no types. Its lists are not `readonly`, as
// those of the generated types are not: openapi-fetch takes readonly ones apart.

export interface Session {
  readonly subject: string;
  readonly name: string;
  readonly roles: string[];
  /** Pseudonym under which their sagas stand, as answers about sagas have it. */
  readonly owner?: string;
  /** RFC 3339. */
  readonly expiresAt: string;
  readonly links: { readonly temporal: string; readonly docs: string };
}

export type Outcome = 'completed' | 'compensated' | 'cancelled';

export interface ParkedGroup {
  readonly saga: string;
  readonly step: string;
  readonly reason: string;
  readonly count: number;
  readonly since: string;
}

export interface Minute {
  readonly at: string;
  readonly completed: number;
  readonly compensated: number;
  readonly cancelled: number;
  readonly p99Ms: number | null;
}

export interface Overview {
  readonly asOf: string;
  readonly since: string;
  readonly minutes: number;
  readonly open: {
    readonly running: number;
    readonly compensating: number;
    readonly parked: number;
  };
  readonly ended: {
    readonly saga: string;
    readonly outcome: Outcome;
    readonly count: number;
  }[];
  /** Of how many of the ended ones, the youngest, the times are. */
  /** More began in the window than are counted. */
  readonly isPartial: boolean;
  readonly sampled: number;
  readonly duration: { readonly p50Ms: number; readonly p99Ms: number } | null;
  /** From the first effect of a saga to its end: how long services said different things. */
  readonly inconsistency: {
    readonly p50Ms: number;
    readonly p99Ms: number;
    readonly maxMs: number;
  } | null;
  readonly perMinute: Minute[];
  readonly objective: {
    readonly name: string;
    readonly target: number;
    readonly met: number | null;
  };
  readonly parked: ParkedGroup[];
}

export interface SystemAnswer {
  readonly asOf: string;
  readonly version: string;
  readonly instance: string;
  readonly services: {
    readonly name: string;
    readonly instances: {
      readonly address: string;
      readonly port: number;
      readonly state: 'passing' | 'critical';
    }[];
    /** False while Consul does not answer. */
    readonly isKnown: boolean;
    readonly breaker: 'closed' | 'open';
  }[];
  readonly checks: {
    readonly name: string;
    readonly ready: boolean;
    readonly required: boolean;
    readonly reason?: string;
  }[];
  readonly keys: {
    readonly use: string;
    /** Id of the key, never the key; null while none is known. */
    readonly current: string | null;
  }[];
  readonly certificate: {
    readonly subject: string;
    readonly notAfter: string;
    readonly issuer: string;
    /** Tells the lifetime, where the gateway gives it. */
    readonly notBefore?: string;
  };
}

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

/** A record of the log that cannot be read as an event. */
export type Unreadable = Pick<LogEvent, 'topic' | 'partition' | 'offset' | 'recordedTime'> & {
  readonly problem: string;
};

export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  readonly nextOffset: number;
  readonly records: number;
  readonly movedAt: string;
  readonly halt?: { readonly code: string; readonly detail: string; readonly since: string };
}

export interface ProjectionLag {
  readonly name: string;
  readonly generation: number;
  readonly records: number;
  readonly movedAt?: string;
  readonly partitions: PartitionLag[];
  readonly building?: {
    readonly generation: number;
    readonly begunAt: string;
    readonly done: number;
    readonly all: number;
  };
  readonly letters: number;
}
