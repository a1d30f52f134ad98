import { problemPages } from '../../gateway/problems';
import type { ErrorPages } from './page';
import { certificatePages } from './pages/certificates';
import { commandPages } from './pages/commands';
import { definitionPages } from './pages/definitions';
import { faultPages } from './pages/faults';
import { findingPages } from './pages/findings';
import { gatewayMeanings } from './pages/gateway';
import { keyPages } from './pages/keys';
import { logPages } from './pages/log';
import { partPages } from './pages/parts';
import { proofPages } from './pages/proofs';
import { reasonPages } from './pages/reasons';
import { recoveryReasonPages } from './pages/recoveries';
import { recoveryPages } from './pages/recovery';
import { requestMeanings } from './pages/requests';
import { schemaPages } from './pages/schemas';
import { shopPages } from './pages/shop';
import { shopIdentityPages } from './pages/shop-identities';
import { stackPages } from './pages/stack';
import { tokenPages } from './pages/tokens';
import { verbMeanings } from './pages/verbs';
import { webhookMeanings } from './pages/webhooks';
import { writtenPages } from './pages/written';

/** Pages of one area, under the heading that the reference has. */
export interface Area {
  readonly title: string;
  readonly pages: ErrorPages;
}

/** Every page there is. A code stands in one area, the one in which it is met first. */
export const areas: readonly Area[] = [
  { title: 'The stack and its processes', pages: stackPages },
  { title: 'Certificates', pages: certificatePages },
  { title: 'Commands', pages: commandPages },
  { title: 'Verify, attack and chaos', pages: proofPages },
  { title: 'Saga files', pages: definitionPages },
  { title: 'Why a saga waits or goes back', pages: reasonPages },
  { title: 'Recoveries and the journal', pages: recoveryReasonPages },
  { title: 'Faults of steps', pages: faultPages },
  { title: 'Verbs for sagas', pages: verbMeanings },
  { title: 'Requests', pages: requestMeanings },
  { title: 'Parts of a problem', pages: partPages },
  { title: 'The gateway', pages: gatewayMeanings },
  { title: 'The event log and read models', pages: logPages },
  { title: 'Findings of audit and rebuild', pages: findingPages },
  { title: 'Archive, restore, republish and replay', pages: recoveryPages },
  { title: 'Keys', pages: keyPages },
  { title: 'Tokens and grants', pages: tokenPages },
  { title: 'Webhooks', pages: webhookMeanings },
  { title: 'Schemas and contracts', pages: schemaPages },
  { title: 'Services that were written for you', pages: writtenPages },
  { title: 'The services of the example', pages: shopPages },
  { title: 'Identities and rules of the example', pages: shopIdentityPages },
];

/** A code with all that is told of it. */
export interface ToldCode {
  readonly code: string;
  readonly area: string;
  /** Of a problem of the HTTP API. */
  readonly status?: number;
  readonly title?: string;
  readonly means: string;
  readonly next: string;
  /** Path from the root of the repository. */
  readonly docs?: string;
}

function toldOf({ title: area, pages }: Area): readonly (readonly [string, ToldCode])[] {
  return Object.entries(pages).map(([code, { means, next, docs }]) => {
    const problem = Object.hasOwn(problemPages, code) ? problemPages[code] : undefined;
    const [status, title, step] = problem ?? [];
    const told: ToldCode = {
      ...{ code, area },
      ...(status === undefined || title === undefined ? {} : { status, title }),
      ...{ means, next: next ?? step ?? '' },
      ...(docs === undefined ? {} : { docs: `docs/${docs}` }),
    };
    return [code, told] as const;
  });
}

/** Every code, in the order of the areas. */
export const toldCodes: ReadonlyMap<string, ToldCode> = new Map(areas.flatMap(toldOf));

/** A gateway that is not reached answers through a proxy, which knows none of our codes. */
function bareStatus(code: string): ToldCode | undefined {
  if (!/^HTTP_[45]\d\d$/.test(code)) return undefined;
  return {
    ...{ code, area: 'Commands' },
    means:
      'The answer had this status and no code of ours: something in front of the gateway gave it.',
    next: 'look at the proxy or balancer in front of the gateway, and at --url',
  };
}

/** All that is told of a code; undefined for one that this release does not have. */
export function told(code: string): ToldCode | undefined {
  return toldCodes.get(code) ?? bareStatus(code);
}
