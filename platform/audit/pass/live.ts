import { canonicalJson } from '../../kernel/json';
import type { Json } from '../../kernel/json';
import { jsonDifferences } from '../../kernel/json-diff';
import { mapAtOnce } from '../../outbox/map-at-once';
import type { Aggregate, ServiceStore } from '../../outbox/ports';
import { shownValue } from '../../rebuild/finding/difference';
import type { AuditFinding } from '../codes';
import type { Tracked } from '../ledger/port';
import { askLimits } from '../options';
import type { AuditedCode } from './draft';

/** A row that was ahead of the log when it was read: it is compared when the log has come to its number. */
export interface Captured {
  readonly seq: number;
  readonly state: string;
}

/** What a comparison of live rows needs. */
export interface LiveScope {
  readonly code: AuditedCode;
  readonly store: Pick<ServiceStore<unknown>, 'readAggregate'>;
  /** The aggregate as far as the log was read. */
  readonly tracked: (id: string) => Tracked;
  /** Keeps a row that is ahead of the log. */
  readonly capture: (id: string, captured: Captured) => void;
  readonly findings: AuditFinding[];
}

/** Reads aggregates from their database and compares each with the fold of its log. */
export async function compareLive(ids: readonly string[], scope: LiveScope): Promise<void> {
  await mapAtOnce(ids, askLimits.requestsAtOnce, async (id) =>
    compareRow(id, await scope.store.readAggregate(id), scope),
  );
}

/**
 * Compares one row at the number it holds. Nothing is told on one reading: whatever looks wrong is read again, and a
 * row that is ahead of the log is kept until the log has come to it.
 */
export async function compareRow(
  id: string,
  row: Aggregate<unknown> | undefined,
  scope: LiveScope,
): Promise<void> {
  if (looksRight(id, row, scope)) return;
  const again = await scope.store.readAggregate(id);
  if (looksRight(id, again, scope)) return;
  scope.findings.push(...wrongWith(id, again, scope));
}

function looksRight(id: string, row: Aggregate<unknown> | undefined, scope: LiveScope): boolean {
  const tracked = scope.tracked(id);
  if (tracked.isStalled) return true;
  if (row !== undefined && row.seq > tracked.seq) {
    scope.capture(id, { seq: row.seq, state: canonicalJson(row.state) });
    return scope.code.identity.alone(row).length === 0;
  }
  return wrongWith(id, row, scope).length === 0;
}

function wrongWith(
  id: string,
  row: Aggregate<unknown> | undefined,
  { code, tracked: trackedOf }: LiveScope,
): readonly AuditFinding[] {
  const tracked = trackedOf(id);
  const about = { service: code.name, subject: id };
  if (row === undefined) {
    if (tracked.seq === 0) return [];
    const detail = `the log is at ${tracked.seq}, and there is no row`;
    return [{ code: 'NOT_IN_DATABASE', ...about, detail }];
  }
  const broken = code.identity.alone(row).map(({ identity, detail }) => {
    return { code: identity, ...about, eventId: `${id}:${row.seq}`, detail };
  });
  if (row.seq < tracked.seq) {
    const detail = `the row is at ${row.seq}, the log at ${tracked.seq}`;
    return [
      ...broken,
      { code: 'DATABASE_BEHIND', ...about, eventId: `${id}:${row.seq + 1}`, detail },
    ];
  }
  if (row.seq > tracked.seq) return broken;
  return [
    ...broken,
    ...differing(
      id,
      { folded: tracked.state, stored: canonicalJson(row.state) },
      { ...about, seq: row.seq },
    ),
  ];
}

/** The finding of two states of one number, with the first member that differs. */
export function differing(
  id: string,
  { folded, stored }: { readonly folded: string; readonly stored: string },
  { service, seq }: { readonly service: string; readonly seq: number },
): readonly AuditFinding[] {
  if (folded === stored) return [];
  const [first] = jsonDifferences(JSON.parse(folded) as Json, JSON.parse(stored) as Json);
  const { pointer = '', left, right } = first ?? {};
  const words = `${pointer}: log ${shownValue(left, pointer)}, database ${shownValue(right, pointer)}`;
  const detail = `both at number ${seq}; ${words}`;
  return [{ code: 'STATE_DIFFERS', service, subject: id, eventId: `${id}:${seq}`, detail }];
}
