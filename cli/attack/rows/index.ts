import type { Attack } from '../attack';
import { endedAttacks } from './ended';
import { grantAttacks } from './grants';
import { injectionAttacks } from './injected';
import { keyAttacks } from './keys';
import { payloadAttacks } from './payloads';
import { peerAttacks } from './peers';
import { roleAttacks } from './roles';
import { secretAttacks } from './secrets';
import { senderAttacks } from './senders';
import { slowAttacks } from './slow';
import { storedAttacks } from './stored';
import { tokenAttacks } from './tokens';
import { transportAttacks } from './transport';
import { webhookAttacks } from './webhooks';

/** Every attack there is, in the order of the requirements. */
export const attacks: readonly Attack[] = [
  ...tokenAttacks,
  ...keyAttacks,
  ...senderAttacks,
  ...roleAttacks,
  ...peerAttacks,
  ...endedAttacks,
  ...storedAttacks,
  ...payloadAttacks,
  ...grantAttacks,
  ...transportAttacks,
  ...slowAttacks,
  ...injectionAttacks,
  ...secretAttacks,
  ...webhookAttacks,
].sort((one, other) => numberOf(one) - numberOf(other));

function numberOf({ row }: Attack): number {
  return Number(/\d+/.exec(row)?.[0]);
}
