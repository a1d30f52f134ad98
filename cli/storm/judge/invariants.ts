import type { JournalEntry } from '../../../platform/saga/journal/state';
import type { Diary, Ticket } from '../load/ticket';
import type { Evidence, FenceRow, TableEvent } from './evidence';

/** The promises, as docs/chaos.md has them; `client` is what a client was told and may not be. */
export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'client';

/** One promise that was broken. */
export interface Violation {
  readonly invariant: Invariant;
  readonly subject: string;
  readonly detail: string;
}

const broken = (invariant: Invariant, subject: string, detail: string): Violation => ({
  ...{ invariant, subject, detail },
});

/** Every ticket ended, as it may, and as its client was told (I1, I6, I8). */
export function endsBroken(
  { tickets }: Pick<Diary, 'tickets'>,
  { entries }: Pick<Evidence, 'entries'>,
) {
  return tickets.flatMap((ticket) => ticketBroken(ticket, entries.get(ticket.workflowId)));
}

function ticketBroken(ticket: Ticket, entry: JournalEntry | undefined): readonly Violation[] {
  const { workflowId, errand, expected, told } = ticket;
  if (entry === undefined)
    return [broken('I8', workflowId, 'was taken, and the journal has it not')];
  const outcome = entry.outcome ?? entry.status;
  if (entry.status !== 'finished') return []; // told by `openBroken`
  const wrongly = `${errand} ended ${outcome} ${entry.reason ?? ''}, and had to ${expected.join(' or ')}`;
  return [
    ...(expected.includes(outcome) ? [] : [broken('I1', workflowId, wrongly)]),
    ...(told === undefined || told === outcome
      ? []
      : [broken('client', workflowId, `was told ${told}, and it ended ${outcome}`)]),
  ];
}

/** Nothing is open, and nothing waits for a person: a single fault is no reason to (I6, I8). */
export function openBroken({ entries }: Pick<Evidence, 'entries'>): readonly Violation[] {
  return [...entries.values()].flatMap(({ workflowId, status, parked = [] }) => {
    if (status === 'finished') return [];
    if (status === 'parked') return [broken('I6', workflowId, `parked at ${parked.join(', ')}`)];
    return [broken('I8', workflowId, `has no terminal record: ${status}`)];
  });
}

/** Every saga of the journal was promised to a client, and to one client only once (I3). */
export function unasked(
  { tickets }: Pick<Diary, 'tickets'>,
  { entries }: Pick<Evidence, 'entries'>,
) {
  const known = new Set(tickets.map(({ workflowId }) => workflowId));
  const strangers = [...entries.values()].filter(
    ({ parent, workflowId }) => parent === undefined && !known.has(workflowId),
  );
  const twice = tickets.length - known.size;
  return [
    ...strangers.map(({ workflowId }) => broken('I3', workflowId, 'nobody was promised this saga')),
    ...(twice === 0 ? [] : [broken('I3', 'tickets', `${twice} ids were promised to two clients`)]),
  ];
}

const standing: ReadonlySet<string> = new Set(['done']);
const undone: ReadonlySet<string> = new Set(['undone', 'tombstone', 'refused']);

/** What the fences say of an ended saga: all of it stands, or nothing; and no call is open (I1, I2). */
export function rowsBroken({ entries, rows }: Pick<Evidence, 'entries' | 'rows'>) {
  return [...entries.values()].flatMap((entry) => {
    if (entry.status !== 'finished') return [];
    const allowed = entry.outcome === 'completed' ? standing : undone;
    const wrong = (rows.get(entry.sagaId) ?? []).filter(({ state }) => !allowed.has(state));
    return wrong.map((row) => broken('I1', entry.workflowId, rowDetail(row, entry.outcome)));
  });
}

const rowDetail = ({ participant, step, state }: FenceRow, outcome = '') =>
  `${outcome}, and ${participant} has "${step}" ${state}`;

/** Each effect once, and none behind its undo, in the order of each aggregate's own history (I2, I3). */
export function effectsBroken(events: readonly TableEvent[]): readonly Violation[] {
  const seen = new Map<string, { readonly undone: boolean }>();
  const violations: Violation[] = [];
  for (const event of events) {
    const { sagaId, step, aggregateId, type, service, direction = 'forward', epoch = 0 } = event;
    if (sagaId === undefined || step === undefined) continue;
    const place = `${service} ${sagaId} "${step}" ${aggregateId}`;
    const effect = `${place} ${direction} ${type} ${epoch}`;
    if (seen.has(effect)) violations.push(broken('I3', sagaId, `${effect} twice`));
    const isLate = direction === 'forward' && seen.get(place)?.undone === true;
    if (isLate) violations.push(broken('I2', sagaId, `${effect} behind its undo`));
    seen.set(effect, { undone: false });
    seen.set(place, { undone: direction === 'undo' || seen.get(place)?.undone === true });
  }
  return violations;
}
