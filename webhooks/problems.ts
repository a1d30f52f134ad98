import { Problem } from '../platform/http/problem';

/** Status and title of every refusal of the operations on webhooks. */
export const webhookPages = {
  WEBHOOK_URL_REFUSED: [422, 'Webhooks are not sent to such a URL'],
  WEBHOOK_ADDRESS_REFUSED: [422, 'Webhooks are not sent to such an address'],
  WEBHOOK_LIMIT: [409, 'You have as many webhooks as there may be'],
  WEBHOOK_DISABLED: [409, 'The webhook is disabled'],
} as const satisfies Record<string, readonly [number, string]>;

/** Builds the problem of a refusal. */
export function webhookProblem(code: keyof typeof webhookPages, detail?: string): Problem {
  const [status, title] = webhookPages[code];
  return new Problem(status, code, title, detail === undefined ? {} : { detail });
}
