import { createHash } from 'node:crypto';
import { serviceApi } from '../platform/host/hosted-service';
import type { ServiceApi } from '../platform/host/hosted-service';
import { idempotencyKeyOf, keyOrOwn } from '../platform/http/idempotency-key';
import { Problem, problem } from '../platform/http/problem';
import { canonicalJson } from '../platform/kernel/json';
import type { Log } from '../platform/runtime/log';
import { hasRole } from '../platform/security/operations';
import type { Call } from '../platform/security/operations';
import { actIdOf, pseudonymOf } from '../platform/security/pseudonym';
import type { Principal } from '../platform/security/tokens';
import { newSecret } from '../platform/webhooks/signing';
import { TargetRefused, addressesOf, demandUrl } from '../platform/webhooks/target';
import type { TargetRules } from '../platform/webhooks/target';
import type { Endpoint } from './endpoints';
import { bodyOf, deliveryId } from './notices';
import { webhookKeepers, webhookOperations } from './operations';
import { webhookProblem } from './problems';
import type { WebhookStore } from './store';
import { deliveryView, newWebhookView, webhookView } from './views';

/** What the operations work with. */
export interface WebhookApiParts {
  readonly store: Omit<WebhookStore, 'tables' | 'sealedRows' | 'ask' | 'close'>;
  readonly rules: TargetRules;
  readonly issuer: string;
  readonly log: Log;
  readonly clock?: () => Date;
}

type Asked = Pick<Call, 'request'> & { readonly principal: Principal };

const hashOf = (value: unknown) => createHash('sha256').update(canonicalJson(value)).digest('hex');

/** The same act for a repeat under its key; without a key each call is one of its own. */
function actOf(issuer: string, { request, principal }: Asked, what: readonly string[]): string {
  const key = keyOrOwn(request);
  return actIdOf([...what, pseudonymOf(issuer, principal.subject), key]);
}

/** The API of webhooks, for the process that sends them. */
export function openWebhookApi(parts: WebhookApiParts): ServiceApi {
  const { store, issuer, log, clock = () => new Date() } = parts;
  const ownerOf = (principal: Principal) => pseudonymOf(issuer, principal.subject);

  /** The caller's own, or anybody's for a keeper; a foreign one looks like one that is not there. */
  async function seen(id: string, principal: Principal): Promise<Endpoint> {
    const found = await store.endpoint(id);
    const maySee = found?.owner === ownerOf(principal) || hasRole(principal, webhookKeepers);
    if (found === undefined || !maySee) throw problem('NOT_FOUND');
    return found;
  }

  async function own(id: string, principal: Principal): Promise<Endpoint> {
    const found = await seen(id, principal);
    if (found.owner === ownerOf(principal)) return found;
    throw problem('ROLE_MISSING', { detail: 'only its owner may' });
  }

  async function sendable(id: string, principal: Principal): Promise<Endpoint> {
    const found = await own(id, principal);
    if (found.state === 'disabled') throw webhookProblem('WEBHOOK_DISABLED');
    return found;
  }

  async function shown(endpoint: string, id: string) {
    const found = await store.delivery(endpoint, id);
    if (found === undefined) throw problem('NOT_FOUND');
    return deliveryView(found);
  }

  return serviceApi(webhookOperations, {
    async createWebhook(call) {
      const owner = ownerOf(call.principal);
      const id = `wh_${actIdOf(['webhook', owner, idempotencyKeyOf(call.request)])}`;
      const known = await store.endpoint(id);
      const url = known === undefined ? await demandTarget(parts.rules, call.body.url) : '';
      const { events, sagas } = call.body;
      const asked = { id, owner, events, sagas, url, secret: newSecret() };
      const made = known ?? (await store.create({ ...asked, requestHash: hashOf(call.body) }));
      if (made === 'full') throw webhookProblem('WEBHOOK_LIMIT');
      if (made.requestHash !== hashOf(call.body)) throw keyReused();
      const isRepeat = made.secret !== asked.secret;
      if (!isRepeat) log.info('a webhook was made', { webhook: id, actor: owner });
      const headers = isRepeat ? { headers: { 'idempotent-replayed': 'true' } } : {};
      return { status: 201, body: newWebhookView(made, clock().getTime()), ...headers };
    },
    async listWebhooks({ principal, query: { after, limit } }) {
      const all = hasRole(principal, webhookKeepers);
      const owner = all ? undefined : ownerOf(principal);
      const found = await store.endpoints({ owner, after, limitMax: limit + 1 });
      const webhooks = found.slice(0, limit).map((one) => webhookView(one, clock().getTime()));
      return { body: { webhooks, ...nextOf(found.length > limit, webhooks) } };
    },
    async getWebhook({ principal, params }) {
      return { body: webhookView(await seen(params.id, principal), clock().getTime()) };
    },
    async deleteWebhook({ principal, params }) {
      const { id } = await own(params.id, principal);
      await store.remove(id);
      log.info('a webhook was forgotten', { webhook: id, actor: ownerOf(principal) });
      return { status: 204 };
    },
    async rotateWebhookSecret(call) {
      const { id } = await own(call.params.id, call.principal);
      const act = actOf(issuer, call, ['rotate', id]);
      const made = await store.rotate(id, { act, secret: newSecret() });
      log.info('a webhook has a new secret', { webhook: id, actor: ownerOf(call.principal) });
      return { body: { ...webhookView(made, clock().getTime()), secret: made.secret } };
    },
    async turnWebhook({ principal, params, body: { state } }) {
      const { id, owner, disabledFor } = await seen(params.id, principal);
      const isKeeper = hasRole(principal, webhookKeepers);
      if (state === 'enabled' && disabledFor === 'OPERATOR' && !isKeeper) {
        throw webhookProblem('WEBHOOK_DISABLED', 'an operator disabled it, and may enable it');
      }
      const reason = owner === ownerOf(principal) ? 'OWNER' : 'OPERATOR';
      await store.turn(id, state === 'enabled' ? state : reason);
      log.info(`a webhook was ${state}`, { webhook: id, actor: ownerOf(principal) });
      return { body: webhookView(await seen(id, principal), clock().getTime()) };
    },
    async testWebhook(call) {
      const { id: endpoint } = await sendable(call.params.id, call.principal);
      const id = deliveryId(endpoint, actOf(issuer, call, ['test', endpoint]));
      const body = bodyOf('webhook.test', clock().toISOString(), { id: endpoint });
      await store.put({ id, endpoint, type: 'webhook.test', body });
      return { status: 202, body: await shown(endpoint, id) };
    },
    async listDeliveries({ principal, params, query: { limit, ...filter } }) {
      const { id } = await seen(params.id, principal);
      const found = await store.deliveries(id, { ...filter, limitMax: limit + 1 });
      const deliveries = found.slice(0, limit).map(deliveryView);
      return { body: { deliveries, ...nextOf(found.length > limit, deliveries) } };
    },
    async redeliver({ principal, params }) {
      const { id: endpoint } = await sendable(params.id, principal);
      await shown(endpoint, params.delivery);
      await store.again(endpoint, params.delivery);
      return { status: 202, body: await shown(endpoint, params.delivery) };
    },
  });
}

/**
 * The URL as it is kept. An address is looked at here so that a mistake is seen at once; what counts is the look at
 * each attempt. A name that means nothing yet may mean something by then.
 */
async function demandTarget(rules: TargetRules, text: string): Promise<string> {
  try {
    const url = demandUrl(text, rules);
    await addressesOf(url, rules);
    return url.href;
  } catch (error) {
    if (!(error instanceof TargetRefused)) throw error;
    if (error.code === 'NAME_UNKNOWN') return new URL(text).href;
    throw webhookProblem(`WEBHOOK_${error.code}`, error.detail);
  }
}

const keyReused = () =>
  new Problem(422, 'IDEMPOTENCY_KEY_REUSED', 'The Idempotency-Key was used with another body');

function nextOf(hasMore: boolean, list: readonly { readonly id: string }[]) {
  const next = hasMore ? list.at(-1)?.id : undefined;
  return next === undefined ? {} : { next };
}
