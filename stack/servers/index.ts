import { cardProvider } from './card-provider/card-provider';
import { consul } from './consul/consul';
import { dynamodb } from './dynamodb';
import { kafka } from './kafka/kafka';
import { keycloak } from './keycloak/keycloak';
import { mongodb } from './mongodb';
import { postgres } from './postgres/postgres';
import { prometheus } from './prometheus';
import { redis } from './redis';
import type { ServerDefinition, ServerName } from './server';
import { temporal } from './temporal/temporal';

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
  'card-provider': cardProvider,
};
