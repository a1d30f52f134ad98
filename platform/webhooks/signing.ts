import { createHmac, randomBytes } from 'node:crypto';
import { webhookLimits } from './limits';

/** What is signed: the bytes that are sent, under the id and the second they are sent with. */
export interface SignedMessage {
  /** The same for every attempt. */
  readonly id: string;
  readonly timestampSeconds: number;
  readonly body: string;
}

const prefix = 'whsec_';

/** A new secret, as its owner is shown it. */
export function newSecret(): string {
  return `${prefix}${randomBytes(webhookLimits.secretBytes).toString('base64')}`;
}

/** Signature of a message by a secret, as the Standard Webhooks specification 1.0 writes it. */
export function signatureOf(secret: string, message: SignedMessage): string {
  const { id, timestampSeconds, body } = message;
  const key = Buffer.from(secret.slice(prefix.length), 'base64');
  const signed = `${id}.${timestampSeconds}.${body}`;
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}

/** Headers of an attempt; with several secrets, a signature by each: a receiver needs to know one of them. */
export function signedHeaders(
  secrets: readonly string[],
  message: SignedMessage,
): Readonly<Record<string, string>> {
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(message.timestampSeconds),
    'webhook-signature': secrets.map((secret) => signatureOf(secret, message)).join(' '),
  };
}
