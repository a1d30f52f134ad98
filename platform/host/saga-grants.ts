import { readFileSync } from 'node:fs';
import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';
import type { StepMessage } from '../kernel/step';
import type { Admit } from '../participant/admission';
import { createAdmission } from '../participant/admission';
import type { Config } from '../runtime/config';
import type { Log } from '../runtime/log';
import { fromZero } from '../runtime/from-zero';
import { metricNames } from '../runtime/metric-names';
import { sagaGrantRefusals } from '../saga/grants/grant';
import type { SagaGrant, SagaGrantRefusal } from '../saga/grants/grant';
import { createSagaGrantMinter, createSagaGrantOpener } from '../security/saga-grants';
import type { Keyring } from '../security/keys/vault';
import type { SagaGrantMinter } from '../security/saga-grants';
import { sealingWith } from '../security/sealing';
import type { Sealing } from '../security/sealing';
import { readCredentials } from '../security/tls';
import { presentGrant } from './grant-passing';

/**
 * Who may start sagas: the gateway for people, and the orchestrator for its reactions. The orchestrator runs every
 * saga, so nobody can do more by it than before.
 */
export const sagaGrantSigners = ['gateway', 'orchestrator'] as const;

type GrantConfig = Pick<Config, 'HOLDFAST_CA_FILE' | 'HOLDFAST_CERT_FILE' | 'HOLDFAST_KEY_FILE'>;

type GrantKeys = Pick<Keyring, 'keys' | 'find'>;

/** With the keys of the purpose `grants`; a key that was retired leaves its grants closed for good. */
export function grantSealing(keyring: GrantKeys): Sealing {
  const keys = keyring.keys('grants');
  const find = (id: string) => keyring.find('grants', id);
  return sealingWith({ current: () => keys.current(), find }, 'holdfast/saga-grant');
}

/** Signs grants with the key of this process's certificate and seals them. */
export function sagaGrantMinterOf(
  config: GrantConfig,
  keyring: GrantKeys,
  sagas?: readonly string[],
): SagaGrantMinter {
  const credentials = () => readCredentials(config);
  const only = sagas === undefined ? {} : { sagas };
  return createSagaGrantMinter({ credentials, sealing: grantSealing(keyring), ...only });
}

/** Opens the grant of a saga; throws `SagaGrantRefused`, or the fault `KEYS_UNAVAILABLE`. */
export type OpenSagaGrant = (sealed: Uint8Array, workflowId: string) => Promise<SagaGrant>;

/** Opens grants by the authority that this process believes. */
export function sagaGrantOpenerOf(config: GrantConfig, keyring: GrantKeys): OpenSagaGrant {
  const opener = createSagaGrantOpener({
    get caPem() {
      return readFileSync(config.HOLDFAST_CA_FILE);
    },
    signers: sagaGrantSigners,
    sealing: grantSealing(keyring),
  });
  return (sealed, workflowId) => opener.open(sealed, workflowId);
}

/** Counts refused grants, and writes down what is not for the saga. */
export function grantRefusalsSeenBy(parts: {
  readonly log: Log;
  readonly registry: Registry;
}): GrantRefused {
  const refusals = new Counter({
    name: metricNames.grantsRefused,
    help: 'Messages of sagas without a grant that is good for them, by code',
    labelNames: ['code'] as const,
    registers: [parts.registry],
  });
  fromZero(refusals, { code: sagaGrantRefusals });
  return ({ sagaId, step, command }, { code, detail, error }) => {
    refusals.inc({ code });
    const reason = (error as { readonly detail?: unknown } | undefined)?.detail ?? detail;
    parts.log.warn('a saga has no grant for this', { sagaId, step, command, code, reason });
  };
}

/** Hears of a message whose grant was refused; `detail` and the error's own are for the log. */
export type GrantRefused = (
  message: Pick<StepMessage, 'sagaId' | 'step' | 'command'>,
  why: { readonly code: SagaGrantRefusal; readonly detail: string; readonly error?: unknown },
) => void;

/** What stands before every step of a service. */
export function admissionOf(
  openGrant: OpenSagaGrant,
  service: { readonly name: string; readonly keepsRecords?: boolean },
  seen: GrantRefused,
): Admit {
  return createAdmission({
    participant: service.name,
    presentGrant,
    open: openGrant,
    keepsRecords: service.keepsRecords === true,
    refused: (message, barred, error) => seen(message, { ...barred, error }),
  });
}
