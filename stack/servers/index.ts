import { dynamodb } from './dynamodb';
import { kafka } from './kafka';
import { mongodb } from './mongodb';
import { postgres } from './postgres';
import type { ServerDefinition, ServerName } from './server';
import { temporal } from './temporal';

/** Every server the stack knows. */
export const definitions = {
  temporal,
  mongodb,
  postgres,
  dynamodb,
  kafka,
} as Record<ServerName, ServerDefinition>;
