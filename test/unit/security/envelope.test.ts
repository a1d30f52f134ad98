import { randomBytes } from 'node:crypto';
import {
  EnvelopeRefused,
  dataKey,
  keyIdOf,
  openBytes,
  sealBytes,
} from '../../../platform/security/keys/envelope';
import { createVault, fixedKeys } from '../../../platform/security/keys/vault';

const key = dataKey('orders-1', randomBytes(32));
const other = dataKey('orders-2', randomBytes(32));
const place = ['orders', 'aggregates', 'order/1', '3'];
const keyOf = (id: string) => (id === key.id ? key : undefined);
const sealed = sealBytes(Buffer.from('a secret'), key, place);
const open = (text: unknown, at = place) => openBytes(text, keyOf, at).toString();

function refusal(text: unknown, at = place): string {
  try {
    return `opened: ${open(text, at)}`;
  } catch (error) {
    if (error instanceof EnvelopeRefused) return error.reason;
    throw error;
  }
}

/** The envelope with one bit of one byte of its body turned. */
function turned(at: number): string {
  const [version, id, text = ''] = sealed.split('.');
  const body = Buffer.from(text, 'base64url');
  body[at] = (body[at] ?? 0) ^ 1;
  return [version, id, body.toString('base64url')].join('.');
}

describe('envelope', () => {
  it('opens in its place and names its key', () => {
    expect(open(sealed)).toBe('a secret');
    expect(keyIdOf(sealed)).toBe('orders-1');
    expect(sealed).not.toContain('secret');
  });

  it('is refused with any byte of nonce, content or tag changed, and nothing of it is given out', () => {
    const bytes = 12 + 'a secret'.length + 16;
    for (let at = 0; at < bytes; at += 1) expect(refusal(turned(at))).toBe('AUTHENTICATION');
  });

  it.each([
    ['another row', ['orders', 'aggregates', 'order/2', '3']],
    ['another version', ['orders', 'aggregates', 'order/1', '2']],
    ['another table', ['orders', 'events', 'order/1', '3']],
    ['another service', ['payments', 'aggregates', 'order/1', '3']],
    ['parts that join to the same text', ['orders', 'aggregates', 'order/1,3']],
    ['no place', []],
  ])('is refused in %s', (_name, at) => {
    expect(refusal(sealed, at)).toBe('AUTHENTICATION');
  });

  it.each([
    ['another key id', sealed.replace('orders-1', 'orders-2'), 'KEY'],
    ['plaintext', '{"status":"open"}', 'FORMAT'],
    ['a value that is no text', { status: 'open' }, 'FORMAT'],
    ['nothing', undefined, 'FORMAT'],
    ['another version', sealed.replace('hf1', 'hf2'), 'FORMAT'],
    ['too short', 'hf1.orders-1.AAAA', 'FORMAT'],
    ['a cut end', sealed.slice(0, -8), 'AUTHENTICATION'],
    ['a text with a second spelling', `${sealed}=`, 'FORMAT'],
  ])('is refused for %s', (_name, text, reason) => {
    expect(refusal(text)).toBe(reason);
  });

  it('binds the id of its key: the same bytes under another name are refused', () => {
    const renamed = dataKey('orders-2', key.secret.export());
    const text = sealed.replace('orders-1', 'orders-2');
    expect(() => openBytes(text, () => renamed, place)).toThrow('AUTHENTICATION');
  });

  it('never uses a nonce twice', () => {
    const count = 20_000;
    const nonces = new Set<string>();
    for (let at = 0; at < count; at += 1) {
      nonces.add(sealBytes(Buffer.alloc(0), key, []).slice('hf1.orders-1.'.length).slice(0, 16));
    }
    expect(nonces.size).toBe(count);
  });

  it('takes keys of 256 bits and plain ids only', () => {
    expect(() => dataKey('a', randomBytes(16))).toThrow(RangeError);
    expect(() => dataKey('a.b', randomBytes(32))).toThrow(RangeError);
  });
});

describe('vault', () => {
  it('seals with the newest key and opens what older ones sealed', () => {
    const before = createVault({ keys: fixedKeys([key]) }).seal({ cents: 5 }, place);
    const vault = createVault({ keys: fixedKeys([key, other]) });
    expect(vault.open(before, place)).toEqual({ cents: 5 });
    expect(keyIdOf(vault.seal(null, place))).toBe('orders-2');
  });

  it('is a fault with a code, and tells why', () => {
    const told: string[] = [];
    const refused = (reason: string) => void told.push(reason);
    const vault = createVault({ keys: fixedKeys([key]), refused });
    expect(() => vault.open({ plain: true }, place)).toThrow('CIPHERTEXT_REFUSED');
    const foreign = createVault({ keys: fixedKeys([other]) }).seal(1, place);
    expect(() => vault.open(foreign, place)).toThrow('KEYS_UNAVAILABLE');
    expect(() => vault.open(vault.seal(1, place), ['elsewhere'])).toThrow('CIPHERTEXT_REFUSED');
    expect(told).toEqual(['FORMAT', 'KEY', 'AUTHENTICATION']);
    const empty = createVault({ keys: fixedKeys([]) });
    expect(() => empty.seal(1, place)).toThrow('KEYS_UNAVAILABLE');
  });
});
