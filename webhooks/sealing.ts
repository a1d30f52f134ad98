import type { Json } from '../platform/kernel/json';
import { openAt } from '../platform/outbox/sealing';
import type { Vault } from '../platform/security/keys/vault';

/** What is sealed of an endpoint. */
export interface EndpointSecrets {
  readonly url: string;
  readonly secret: string;
  /** The secret before, which signs as well until then; RFC 3339. */
  readonly old?: { readonly secret: string; readonly until: string };
}

/** An endpoint's secrets belong to it and its owner: moved to another row they do not open. */
export interface EndpointPlace {
  readonly id: string;
  readonly owner: string;
}

/** A message belongs to one delivery of one endpoint. */
export interface DeliveryPlace {
  readonly id: string;
  readonly endpoint: string;
}

/** Seals what endpoints and deliveries say; a text that is refused throws `CIPHERTEXT_REFUSED`. */
export interface WebhookSealing {
  sealEndpoint(at: EndpointPlace, secrets: EndpointSecrets): string;
  openEndpoint(at: EndpointPlace, sealed: unknown): EndpointSecrets;
  sealBody(at: DeliveryPlace, body: string): string;
  openBody(at: DeliveryPlace, sealed: unknown): string;
  /** First characters of every text that is sealed from now on, up to the end of the key's id. */
  prefix(): string;
}

/** Seals under the purpose `webhooks`, for the tables of one world. */
export function webhookSealing(vault: Vault, instance: string): WebhookSealing {
  const own = ['webhooks', instance];
  const ofEndpoint = ({ id, owner }: EndpointPlace) => [...own, 'webhook_endpoints', id, owner];
  const ofDelivery = ({ id, endpoint }: DeliveryPlace) => [
    ...[...own, 'webhook_deliveries', id, endpoint],
  ];
  return {
    sealEndpoint: (at, secrets) => vault.seal(secrets as unknown as Json, ofEndpoint(at)),
    openEndpoint: (at, sealed) =>
      openAt(vault, sealed, ofEndpoint(at)) as unknown as EndpointSecrets,
    sealBody: (at, body) => vault.seal(body, ofDelivery(at)),
    openBody: (at, sealed) => openAt(vault, sealed, ofDelivery(at)) as string,
    prefix: () => vault.seal(null, own).split('.').slice(0, 2).join('.') + '.',
  };
}
