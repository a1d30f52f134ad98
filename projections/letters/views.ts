import type {
  DeadLetter,
  KeptAct,
  KeptLetter,
  LetterGroup,
  LetterReport,
  RowChange,
} from '../../platform/event-log/letters/port';
import { rowDiff } from '../../platform/event-log/letters/row-diff';

/** A changed row with the members that differ. */
export function changeView(change: RowChange) {
  return { ...change, members: rowDiff(change.before, change.after) };
}

/** What came of an act, as people read it. */
export function reportView({ changes, ...report }: LetterReport, dryRun: boolean) {
  return { dryRun, ...report, changes: changes.map(changeView) };
}

/** A group with where to find its first letter. */
export function groupView(group: LetterGroup) {
  return { ...group, links: { first: `/dead-letters/${group.firstId}` } };
}

/** A letter in a list: without the message itself. */
export function lineView(letter: DeadLetter) {
  const { record, edited, ...rest } = letter;
  const { topic, partition, offset, headers } = record;
  return {
    ...rest,
    ...{ topic, partition, offset, type: headers.ce_type },
    isEdited: edited !== undefined,
    links: { self: `/dead-letters/${letter.id}` },
  };
}

/** A letter with its message, its aggregate's queue, and who did what about the aggregate. */
export function letterView(
  letter: KeptLetter,
  beside: { readonly queue: readonly DeadLetter[]; readonly acts: readonly KeptAct[] },
) {
  const { headers, value } = letter.record;
  const edited = letter.edited === undefined ? {} : { edited: jsonOr(letter.edited) };
  return {
    ...lineView(letter),
    ...{ headers, payload: jsonOr(value), ...edited },
    queue: beside.queue.map(({ id, seq, reason, detail }) => ({ id, seq, reason, detail })),
    acts: beside.acts.map(actView),
  };
}

function actView({ report, before, edited, ...act }: KeptAct) {
  const { changes, ...counts } = report;
  const payloads = edited === undefined ? {} : { before: jsonOr(before), edited: jsonOr(edited) };
  return { ...act, ...payloads, ...counts, rows: changes.map(({ key }) => key) };
}

/** A payload as JSON where it is JSON, otherwise as the text it is. */
function jsonOr(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return text;
  }
}
