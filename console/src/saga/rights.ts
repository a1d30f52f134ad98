import type { ParkedAdvice, Saga } from '../gateway/saga-answers';

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

function mayCancel(roles: readonly string[]): boolean {
  if (hasOne(roles, ['operator', 'admin'])) return true;
  // Whoever sees nobody else's sagas is shown their own.
  return roles.includes('customer') && !hasOne(roles, readers);
}

/** Verbs for the saga as a whole. */
export function wholeVerbs(
  roles: readonly string[],
  saga: Pick<Saga, 'state' | 'paused' | 'reason'>,
): readonly SagaVerb[] {
  if (ended.has(saga.state)) return [];
  const hold = saga.paused === true ? 'unpause' : 'pause';
  return [
    ...(isOperator(roles) ? ([hold] as const) : []),
    // What has a reason is on its way back already.
    ...(mayCancel(roles) && saga.reason === undefined ? (['cancel'] as const) : []),
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
 * Whether to offer what a saga waits for to whoever has these roles. That nobody decides about their own saga is for
 * the gateway to say: a page does not know under which pseudonym it is looked at.
 */
export function mayAnswer(roles: readonly string[], awaited: { readonly role: string }): boolean {
  return roles.includes(awaited.role);
}
