import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runInNewContext } from 'node:vm';
import { projectRoot } from '../../../platform/runtime/paths';
import { newSecret, signatureOf, signedHeaders } from '../../../platform/webhooks/signing';

/** The example of the Standard Webhooks specification's own libraries. */
const known = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  message: {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestampSeconds: 1_614_265_330,
    body: '{"test": 2432232314}',
  },
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

test('a message is signed as the specification signs its example', () => {
  expect(signatureOf(known.secret, known.message)).toBe(known.signature);
});

test.each([
  ['id', { id: 'msg_other' }],
  ['second', { timestampSeconds: 1_614_265_331 }],
  ['body', { body: '{"test": 2432232315}' }],
] as const)('a signature is for one %s', (_what, change) => {
  const other = signatureOf(known.secret, { ...known.message, ...change });
  expect(other).not.toBe(signatureOf(known.secret, known.message));
});

test('with an old secret beside it a message has two signatures, in its one header', () => {
  const [first, second] = [newSecret(), newSecret()];
  const headers = signedHeaders([first, second], known.message);
  expect(headers).toEqual({
    'webhook-id': known.message.id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': [first, second]
      .map((secret) => signatureOf(secret, known.message))
      .join(' '),
  });
});

test('a secret has 32 bytes, and a receiver calculates the signature with nothing but them', () => {
  const secret = newSecret();
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  expect(key).toHaveLength(32);
  const { id, timestampSeconds, body } = known.message;
  const mac = createHmac('sha256', key).update(`${id}.${timestampSeconds}.${body}`);
  expect(signatureOf(secret, known.message)).toBe(`v1,${mac.digest('base64')}`);
  expect(newSecret()).not.toBe(secret);
});

describe('the function that docs/webhooks.md shows', () => {
  const page = readFileSync(path.join(projectRoot, 'docs/webhooks.md'), 'utf8');
  const [, code = ''] = /```js\n([^]*?)```/.exec(page) ?? [];
  const given = { createHmac, timingSafeEqual, Buffer, Date: { now: () => 1_614_265_400_000 } };
  const plain = code.replace(/^import .*$/m, '').replace('export function', 'function');
  const isGenuine = runInNewContext(`${plain}; isGenuine`, given) as (
    ...told: [secret: string, headers: object, body: string]
  ) => boolean;
  const headers = signedHeaders([newSecret(), known.secret], known.message);
  const { body } = known.message;

  test('takes what was signed, by any secret that is good, and nothing else', () => {
    expect(isGenuine(known.secret, headers, body)).toBe(true);
    expect(isGenuine(newSecret(), headers, body)).toBe(false);
    expect(isGenuine(known.secret, headers, `${body} `)).toBe(false);
    expect(isGenuine(known.secret, { ...headers, 'webhook-id': 'msg_2' }, body)).toBe(false);
    expect(isGenuine(known.secret, {}, body)).toBe(false);
    given.Date.now = () => 1_614_265_700_000;
    expect(isGenuine(known.secret, headers, body)).toBe(false);
  });
});
