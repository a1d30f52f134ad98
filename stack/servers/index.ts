import { consul } from './consul';
import { dynamodb } from './dynamodb';
import { kafka } from './kafka';
import { keycloak } from './keycloak';
import { mongodb } from './mongodb';
import { postgres } from './postgres';
import { prometheus } from './prometheus';
import { redis } from './redis';
import type { ServerDefinition, ServerName } from './server';
import { temporal } from './temporal';

/** Every server the stack knows. */
export const definitions: Record<ServerName, ServerDefinition> = {
  temporal,
  mongodb,
  postgres,
  dynamodb,
  kafka,
  keycloak,
  consul,
  redis,
  prometheus,
};
