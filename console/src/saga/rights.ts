import type { Awaited, ParkedAdvice, Saga } from '../gateway/saga-answers';

/** What a person may tell a saga, by the names of the API's paths. */
export type SagaVerb =
  | 'cancel'
  | 'pause'
  | 'unpause'
  | 'retry'
  | 'retry-with-input'
  | 'skip'
  | 'mark-done-externally'
  | 'resume-forward'
  | 'abort'
  | 'decide'
  | 'deliver';

const ended = new Set(['completed', 'compensated', 'cancelled']);

/** Roles that see everybody's sagas; who has none of them sees only their own. */
const readers = ['operator', 'admin', 'viewer', 'payments-approver'];

function hasOne(roles: readonly string[], wanted: readonly string[]): boolean {
  return wanted.some((role) => roles.includes(role));
}

export function isOperator(roles: readonly string[]): boolean {
  return roles.includes('operator');
}

/** Who may look at the overview; the gateway decides, this only spares questions that it would refuse. */
export function maySeeOverview(roles: readonly string[]): boolean {
  return hasOne(roles, readers);
}

/** Who may look at the log, the projections and the system. */
export function maySeeInside(roles: readonly string[]): boolean {
  return hasOne(roles, ['operator', 'viewer', 'admin']);
}

/** Who looks at a saga; `owner` is the pseudonym under which their own stand. */
export interface Viewer {
  readonly roles: readonly string[];
  readonly owner?: string;
}

type Owned = Pick<Saga, 'owner'>;

function isOwn({ roles, owner }: Viewer, saga: Owned): boolean {
  // Whoever sees nobody else's sagas is shown their own.
  if (owner === undefined || saga.owner === undefined) return !hasOne(roles, readers);
  return owner === saga.owner;
}

function mayCancel(viewer: Viewer, saga: Owned): boolean {
  if (hasOne(viewer.roles, ['operator', 'admin'])) return true;
  return viewer.roles.includes('customer') && isOwn(viewer, saga);
}

/** Verbs for the saga as a whole. */
export function wholeVerbs(
  viewer: Viewer,
  saga: Pick<Saga, 'state' | 'paused' | 'reason' | 'owner'>,
): readonly SagaVerb[] {
  if (ended.has(saga.state)) return [];
  const hold = saga.paused === true ? 'unpause' : 'pause';
  return [
    ...(isOperator(viewer.roles) ? ([hold] as const) : []),
    // What has a reason is on its way back already.
    ...(mayCancel(viewer, saga) && saga.reason === undefined ? (['cancel'] as const) : []),
  ];
}

/** What may be done about a parked step: operators only, and only what the saga would take. */
export function parkedOptions(
  roles: readonly string[],
  advice: Pick<ParkedAdvice, 'options'>,
): ParkedAdvice['options'] {
  return isOperator(roles) ? advice.options : [];
}

/**
 * Whether to offer what a saga waits for: to whoever has the role it is awaited from. Nobody decides about their own
 * saga; that a parcel came to them, its owner may say.
 */
export function mayAnswer(
  viewer: Viewer,
  awaited: Pick<Awaited, 'role' | 'kind'>,
  saga: Owned,
): boolean {
  if (!viewer.roles.includes(awaited.role)) return false;
  const isKnownOwn = viewer.owner !== undefined && viewer.owner === saga.owner;
  return awaited.kind === 'event' || !isKnownOwn;
}
