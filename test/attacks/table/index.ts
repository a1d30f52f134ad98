import type { AttackMutation } from '../mutation';
import { accessMutations } from './access';
import { grantMutations } from './grants';
import { dataMutations } from './data';
import { storedMutations } from './stored';
import { tokenMutations } from './tokens';
import { transportMutations } from './transport';
import { webhookMutations } from './webhooks';

/** Every guard that a row of `holdfast attack` stands on, at least one a row. */
export const attackMutations: readonly AttackMutation[] = [
  ...tokenMutations,
  ...accessMutations,
  ...grantMutations,
  ...transportMutations,
  ...storedMutations,
  ...dataMutations,
  ...webhookMutations,
];
