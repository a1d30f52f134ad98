import { change } from '../mutation';
import type { AttackMutation } from '../mutation';

const server = 'platform/http/server.ts';
const peer = 'platform/security/peer.ts';
const anyCertificate = change(
  server,
  "rejectUnauthorized: options.clientCertificate === 'required',",
  'rejectUnauthorized: false,',
);
const services = ['orders', 'payments', 'inventory'] as const;

/** Guards of connections and of what comes over them. */
export const transportMutations: readonly AttackMutation[] = [
  {
    row: 'S17',
    name: 'a listener asks for a certificate',
    gain: 'whoever reaches the port is let in',
    changes: [
      anyCertificate,
      change(
        server,
        'if (peerOf(socket) !== undefined) return;',
        'if (peerOf(socket) !== undefined || !socket.getPeerCertificate().raw) return;',
      ),
    ],
    processes: services,
  },
  {
    row: 'S17',
    name: 'a process listens on its own machine alone',
    gain: 'whoever reaches the machine reaches every port that was meant for its neighbours',
    changes: [
      change(
        server,
        'await listen(server, host, wanted)',
        "await listen(server, `${host && '::'}`, wanted)",
      ),
    ],
    processes: services,
  },
  {
    row: 'S18',
    name: 'a certificate is of our authority, and in its time',
    gain: 'whoever makes a certificate with our names in it is one of us',
    changes: [anyCertificate, change(peer, '  if (!socket.authorized) return undefined;\n', '')],
    processes: services,
  },
  {
    row: 'S19',
    name: 'a certificate has exactly one identity',
    gain: 'a process with two names is whichever of them is asked for',
    changes: [change(peer, 'if (uris.length !== 1 || ', 'if (uris.length < 1 || ')],
    processes: services,
  },
  {
    row: 'S24',
    name: 'a peer ends with its certificate',
    gain: 'whoever has a key that was withdrawn takes up his session again, and again, after its end',
    changes: [
      change(
        peer,
        "Date.parse(certificate.valid_to ?? '') < nowMs",
        "Date.parse(certificate.valid_to ?? '') < nowMs - nowMs",
      ),
    ],
    processes: services,
  },
  {
    row: 'S38',
    name: 'a request that says its length twice is none',
    gain: 'a request that a proxy never saw is answered',
    changes: [
      change(
        server,
        'maxHeaderSize: limits.headerBytesMax,',
        'maxHeaderSize: limits.headerBytesMax,\n      insecureHTTPParser: true,',
      ),
    ],
    processes: ['gateway'],
  },
  {
    row: 'S39',
    name: 'a body has an end',
    gain: 'whoever sends enough takes the memory of the process',
    changes: [
      change('platform/http/body.ts', 'bytesMax: 256 * 1024', 'bytesMax: 64 * 1024 * 1024'),
    ],
    processes: ['gateway'],
  },
  {
    row: 'S40',
    name: 'a request ends in its time',
    gain: 'a few hundred clients that do nothing keep everybody else out',
    changes: [
      change(server, 'headersTimeoutMs: 10_000,', 'headersTimeoutMs: 600_000,'),
      change(server, 'requestTimeoutMs: 30_000,', 'requestTimeoutMs: 600_000,'),
    ],
    processes: ['gateway'],
  },
  {
    row: 'S40',
    name: 'an answer is taken in its time',
    gain: 'a client that asks and never reads keeps its connection, and the memory of the answer, for ever',
    changes: [change(server, '  endSlowReaders(server, limits.answerTimeoutMs);\n', '')],
    processes: ['gateway'],
  },
];
