/** What an event may not do from one version to a later one of the same major, and why. */
export const eventRules = {
  EVENT_MEMBER_REMOVED: 'code of an earlier version may read it: keep the member',
  EVENT_MEMBER_REQUIRED: 'earlier events in the log do not have it: make the member optional',
  EVENT_MEMBER_OPTIONAL: 'code of an earlier version counts on it: keep the member required',
  EVENT_NARROWED: 'earlier events in the log may have what is refused now: accept what was',
  EVENT_WIDENED: 'code of an earlier version refuses it: keep to what was, or add another member',
  EVENT_VERSION_SKIPPED: 'nobody can tell what became of it: minors are counted up from 0',
} as const;

export type EventRule = keyof typeof eventRules;

/** One way in which a version of an event breaks what an earlier one promised. */
export interface EventFinding {
  readonly rule: EventRule;
  readonly event: string;
  /** The later version, `<major>.<minor>`, and the earliest one that it breaks. */
  readonly version: string;
  readonly against: string;
  /** Where in the data, for example `/lines/items/sku`; empty for the event as a whole. */
  readonly member: string;
  readonly detail?: string;
}

/** The sentence people read: rule, event, member, the versions, and what to do. */
export function describeEventFinding(finding: EventFinding): string {
  const { rule, event, version, against, member, detail } = finding;
  const place = member === '' ? '' : ` ${member}`;
  const why = detail === undefined ? eventRules[rule] : `${detail}; ${eventRules[rule]}`;
  return `${rule} ${event} ${version}${place} (against ${against}): ${why}`;
}
