import { randomUUID } from 'node:crypto';
import type { AttackTarget } from './attack';
import { said } from './wire';

/** What the gateway says to a token, in an operation that any good one may call. */
export async function answerTo({ api }: Pick<AttackTarget, 'api'>, token: string): Promise<string> {
  return said(await api.call('/sagas', { token, timeoutMs: 20_000 }));
}

/** Id of the key that a token says it was signed with. */
export const kidOf = (token: string): string | undefined => headerOf(token).kid;

/** The same token under another key id; one that nobody has unless told. */
export function underKey(token: string, kid: string = randomUUID()): string {
  const [, ...rest] = token.split('.');
  const header = JSON.stringify({ ...headerOf(token), kid });
  return [Buffer.from(header).toString('base64url'), ...rest].join('.');
}

function headerOf(token: string): { readonly kid?: string } {
  const [header = ''] = token.split('.');
  return JSON.parse(Buffer.from(header, 'base64url').toString()) as { readonly kid?: string };
}
