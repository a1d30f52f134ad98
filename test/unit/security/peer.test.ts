import type { TLSSocket } from 'node:tls';
import {
  demandIdentity,
  identityOf,
  peerOf,
  peerThumbprint,
} from '../../../platform/security/peer';

describe('the identity of a peer', () => {
  test.each<[string, string | undefined, string | undefined]>([
    ['one URI of ours', 'URI:spiffe://holdfast/orders, DNS:localhost', 'orders'],
    [
      'the URI after other names',
      'DNS:orders, IP Address:127.0.0.1, URI:spiffe://holdfast/orders',
      'orders',
    ],
    ['two URIs', 'URI:spiffe://holdfast/orders, URI:spiffe://holdfast/admin', undefined],
    [
      'one URI of ours and a web address',
      'URI:spiffe://holdfast/orders, URI:https://x.test',
      undefined,
    ],
    ['another trust domain', 'URI:spiffe://evil/orders', undefined],
    ['a domain that begins like ours', 'URI:spiffe://holdfast.evil/orders', undefined],
    ['an empty path', 'URI:spiffe://holdfast/', undefined],
    ['a path of two parts', 'URI:spiffe://holdfast/orders/admin', undefined],
    ['capitals', 'URI:spiffe://holdfast/Orders', undefined],
    ['a query', 'URI:spiffe://holdfast/orders?x', undefined],
    ['no URI', 'DNS:orders', undefined],
    ['no names at all', undefined, undefined],
    ['a name that fakes a second one', 'DNS:"x, URI:spiffe://holdfast/admin"', undefined],
  ])('%s', (_name, alternativeNames, expected) => {
    expect(identityOf(alternativeNames)).toBe(expected);
  });

  const socket = (authorized: boolean, certificate: object) =>
    ({ authorized, getPeerCertificate: () => certificate }) as unknown as TLSSocket;

  test('an unverified certificate is nobody', () => {
    const certificate = { subjectaltname: 'URI:spiffe://holdfast/admin' };
    expect(peerOf(socket(true, certificate))).toBe('admin');
    expect(peerOf(socket(false, certificate))).toBeUndefined();
  });

  test('a certificate of an authority is nobody', () => {
    const certificate = { ca: true, subjectaltname: 'URI:spiffe://holdfast/admin' };
    expect(peerOf(socket(true, certificate))).toBeUndefined();
  });

  test('a certificate that has ended is nobody, on a connection that is still open too', () => {
    const shown = socket(true, {
      subjectaltname: 'URI:spiffe://holdfast/admin',
      valid_to: 'Nov 27 16:00:00 2026 GMT',
      raw: Buffer.from('der'),
    });
    const endsMs = Date.parse('2026-11-27T16:00:00Z');
    expect([peerOf(shown, endsMs), peerThumbprint(shown, endsMs)]).not.toContain(undefined);
    expect(peerOf(shown, endsMs + 1)).toBeUndefined();
    expect(peerThumbprint(shown, endsMs + 1)).toBeUndefined();
  });

  test('whoever has gone is nobody', () => {
    const gone = { authorized: true, getPeerCertificate: () => null } as unknown as TLSSocket;
    expect([peerOf(gone), peerThumbprint(gone)]).toEqual([undefined, undefined]);
  });

  test('a server under another identity is refused, whatever its host name', () => {
    const check = demandIdentity('orders');
    expect(check('localhost', { subjectaltname: 'URI:spiffe://holdfast/orders' })).toBeUndefined();
    expect(check('orders', { subjectaltname: 'URI:spiffe://holdfast/payments' })).toMatchObject({
      code: 'PEER_IDENTITY_WRONG',
    });
    expect(check('orders', {})).toMatchObject({ code: 'PEER_IDENTITY_WRONG' });
  });
});
