import type { SagaContract } from '../../../platform/saga/contract';
import { sagaGrantOf } from '../../../platform/saga/grants/facts';
import type { SagaGrant } from '../../../platform/saga/grants/grant';
import {
  createSagaGrantMinter,
  createSagaGrantOpener,
} from '../../../platform/security/saga-grants';
import type { SagaGrantMinter } from '../../../platform/security/saga-grants';
import { placeOrderContract } from '../../../workflows/place-order.contract';
import { createTestAuthority, createTestGrants, testSealing } from '../../support/grants';
import { partContract } from '../fixtures/family-sagas';
import { skippingServer, startSagaWorld } from './saga-world';
import type { SagaWorld, WorldChecks } from './saga-world';

/** Sagas under test, each with what it says that it sends. */
const family: readonly Pick<SagaContract, 'name' | 'sends' | 'children'>[] = [
  placeOrderContract,
  { name: 'rounds', sends: ['inventory.reserve', 'payments.capture'] },
  {
    name: 'bulk',
    sends: ['payments.capture'],
    children: [{ ...partContract, sends: ['inventory.reserve'] }],
  },
];

/** The test server skips years: certificates last, and a grant begins when its saga does. */
const forEver = { notAfter: new Date('2900-01-01T00:00:00Z') };
let minted: SagaGrantMinter;

/** A grant as the gateway mints it. */
export const honestly = (facts: SagaGrant): Promise<Uint8Array | undefined> => minted.mint(facts);

/** What a test has in its hand while sagas run. */
export const hand = {
  /** When the latest saga was granted, milliseconds since 1970; and how much later it is for who opens grants. */
  ...{ nowMs: 0, laterMs: 0 },
  /** What the next saga is granted, out of what the gateway would grant it. */
  granting: honestly,
  /** Held, a saga stands where its grant is looked at. */
  beforeOpen: async (): Promise<void> => {},
};

/** Puts everything in the hand back to how it is in an honest world. */
export function letGoOfHand(): void {
  Object.assign(hand, { laterMs: 0, granting: honestly, beforeOpen: async () => {} });
}

/** A world that checks grants as services do. */
export async function openGrantedWorld(bundle?: string): Promise<SagaWorld> {
  const authority = await createTestAuthority(forEver);
  const gateway = await authority.issue('gateway', forEver);
  const sealing = testSealing();
  minted = createSagaGrantMinter({ credentials: () => gateway, sealing });
  const opener = createSagaGrantOpener({
    ...{ caPem: authority.cert, signers: ['gateway'], sealing },
    clock: () => hand.nowMs + hand.laterMs,
  });
  const checks: WorldChecks = {
    async open(sealed, workflowId) {
      await hand.beforeOpen();
      return opener.open(sealed, workflowId);
    },
    grantFor(saga, { input, owner, workflowId, deadlineAtMs }) {
      hand.nowMs = deadlineAtMs - 15 * 60_000;
      const contract = family.find(({ name }) => name === saga) as SagaContract;
      const facts = { workflowId, input, subject: owner, roles: ['customer'], deadlineAtMs };
      return hand.granting(sagaGrantOf(contract, { ...facts, issuedAtMs: hand.nowMs }));
    },
  };
  return startSagaWorld(bundle, createTestGrants, { ...skippingServer, checks });
}
