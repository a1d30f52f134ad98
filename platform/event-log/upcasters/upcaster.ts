import type { Json } from '../../kernel/json';

/** Data of an event. */
export type EventData = { readonly [member: string]: Json };

/**
 * Reads an event of one major version as one of the next. Pure: no clock, no chance, nothing remembered, and what it is
 * given stays as it is. It is used whenever such an event is read, for ever; the log keeps what was written.
 */
export interface Upcaster {
  /** Event type without its version, for example `order.opened`. */
  readonly type: string;
  /** Major version it reads. It answers the next one: there is no other, so a chain cannot go in circles. */
  readonly from: number;
  /** Data that the newest minor of major `from + 1` accepts, for any data a writer of `from` may have written. */
  readonly up: (data: EventData) => EventData;
}

/** What is wrong with the upcasters as a whole, and what to do. */
export const upcasterRules = {
  UPCASTER_MISSING:
    'events of it are in the log for good: register an upcaster in schemas/upcasters.ts',
  UPCASTER_DUPLICATE: 'two read the same major: keep the one whose answers readers have seen',
  UPCASTER_UNKNOWN: 'there are no schemas of what it reads or of what it answers: write them first',
  UPCASTER_OUTPUT_INVALID: 'what it answers is no event of the next major: mend it',
  UPCASTER_IMPURE:
    'an event must be read the same for ever: no clock, no chance, no change of its input',
} as const;

/** One mistake in the registered upcasters. */
export interface UpcasterFinding {
  readonly rule: keyof typeof upcasterRules;
  readonly event: string;
  /** Major that is read, or that should be. */
  readonly from: number;
  readonly detail?: string;
}

/** The sentence people read. */
export function describeUpcasterFinding(finding: UpcasterFinding): string {
  const { rule, event, from, detail } = finding;
  const why = detail === undefined ? upcasterRules[rule] : `${detail}; ${upcasterRules[rule]}`;
  return `${rule} ${event} ${from} to ${from + 1}: ${why}`;
}

/** Thrown at start: a process that cannot read its log as others do must not run. */
export class UpcasterError extends Error {
  readonly code: UpcasterFinding['rule'];

  constructor(finding: UpcasterFinding) {
    super(describeUpcasterFinding(finding));
    this.name = 'UpcasterError';
    this.code = finding.rule;
  }
}
