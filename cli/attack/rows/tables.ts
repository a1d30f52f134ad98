import { services } from '../../../activities';
import { stepOperations } from '../../../platform/host/steps/api';
import type { Operation, Operations } from '../../../platform/security/operations';
import { letterOperations } from '../../../projections/letters/operations';
import { watchOperations } from '../../../projections/watching/operations';
import { webhookOperations } from '../../../webhooks/operations';

/** A development user of each role, who has no other. */
export const userOf: Readonly<Record<string, string>> = {
  customer: 'carol',
  viewer: 'vera',
  operator: 'olga',
  'payments-approver': 'pam',
  admin: 'adam',
};

/** The same operations where they are mounted below a path. */
function below(path: string, table: Operations): Operations {
  const entries = Object.entries(table);
  return Object.fromEntries(
    entries.map(([name, operation]) => [name, { ...operation, path: `${path}${operation.path}` }]),
  );
}

/** Every process with operations of its own, beside the gateway. */
export const servicesWithApi: Readonly<Record<string, Operations>> = {
  ...Object.fromEntries(
    services.map(({ name, operations }) => [name, { ...operations, ...stepOperations }]),
  ),
  projector: { ...letterOperations, ...watchOperations },
  orchestrator: { ...below('/reactions', letterOperations), ...webhookOperations },
};

/** A process of this name may call it. */
export function mayCall({ callers }: Pick<Operation, 'callers'>, process: string): boolean {
  return callers === 'anyone' || callers.includes(process);
}
