import type { Guard } from '../guard';
import { contract, unit } from '../guard';

const goesOn = contract('renewed-certificates', 'every client goes on after the certificate');

/** What lets a certificate be short-lived: everybody follows the next one, and nothing that is under way is cut. */
export const certificateGuards: readonly Guard[] = [
  {
    name: 'a peer ends with its certificate',
    why: 'whoever has a key that was withdrawn would take up his session again, and again, after its end',
    changes: [
      {
        file: 'platform/security/peer.ts',
        from: "Date.parse(certificate.valid_to ?? '') < nowMs",
        to: "Date.parse(certificate.valid_to ?? '') < nowMs - nowMs",
      },
    ],
    test: unit('security/peer', 'a certificate that has ended is nobody'),
  },
  {
    name: 'a peer is looked at with every request',
    why: 'a connection that is kept open would go on for years after its certificate has ended',
    changes: [
      {
        file: 'platform/http/server.ts',
        from: "server.prependListener('request', ({ socket }: IncomingMessage) => look(socket as TLSSocket));",
        to: '',
      },
    ],
    test: unit('http/ended-certificate', 'ends with it: open, and with its session'),
  },
  {
    name: 'clients follow a renewed certificate',
    why: 'with the end of the first certificate every connection that has to be opened anew would fail',
    changes: [
      {
        file: 'platform/security/renewal.ts',
        from: "for (const listener of [...listeners]) listener(isAddition ? 'addition' : 'other');",
        to: 'void isAddition;',
      },
    ],
    test: goesOn,
  },
  {
    name: 'a pool asks for its certificate at every connect',
    why: 'pools copy their options, and would show the first certificate after its end',
    changes: [
      {
        file: 'platform/outbox/postgres/connection.ts',
        from: 'super({ ...options, ssl: config.ssl });',
        to: 'super(options);',
      },
    ],
    test: goesOn,
  },
  {
    name: 'a key is shown with its own certificate only',
    why: 'who reads while somebody writes would fail to connect, or not come up again',
    changes: [
      {
        file: 'platform/security/tls.ts',
        from: 'if (!isKnown && !belongTogether(found)) {',
        to: 'if (!isKnown && found.ca.length < 0) {',
      },
    ],
    test: unit('security/renewal', 'stays with the last whole pair'),
  },
  {
    name: 'a store of before is closed after its answers',
    why: 'a renewal would cut the transactions that are under way',
    changes: [
      {
        file: 'platform/outbox/renewing.ts',
        from: 'if (one.isOver && one.open === 0) end(one)',
        to: 'if (one.isOver) end(one)',
      },
    ],
    test: unit('outbox/renewing', 'is answered before its store is closed'),
  },
  {
    name: 'no process starts under a certificate that has ended',
    why: 'everybody would refuse it, each in words of its own, and nobody would say why',
    changes: [
      {
        file: 'platform/security/validity.ts',
        from: 'if (nowMs > Date.parse(validTo)) {',
        to: 'if (nowMs > Date.parse(validTo) * 2) {',
      },
    ],
    test: unit('security/validity', 'one whose certificate has ended does not start'),
  },
  {
    name: 'a renewal is looked at on the wire',
    why: 'a server that goes on with the old certificate would be found when that ends',
    changes: [
      {
        file: 'stack/renewal/renew.ts',
        from: 'isNew: after[at] === serialOf(reach, certificate),',
        to: 'isNew: true,',
      },
    ],
    test: unit('stack/renewal', 'looks until the new one is shown'),
  },
  {
    name: 'what has lived for two thirds is renewed',
    why: 'a stack that runs for longer than a day would stand still at the end of it',
    changes: [
      {
        file: 'stack/renewal/keep.ts',
        from: 'return known === undefined || !isFresh(known);',
        to: 'return known === undefined;',
      },
    ],
    test: unit('stack/renewal', 'what has lived for two thirds is due'),
  },
  {
    name: 'the authority before stays until its successor is everywhere',
    why: 'a server that still shows a leaf of it would be refused by everybody, and let nobody in who is new',
    changes: [
      {
        file: 'stack/rollover/stages.ts',
        from: "const late = position === 'reissue' && areLeavesNew ? behind('reissue', seen) : ['every process'];",
        to: "const late = position !== 'reissue' ? behind('reissue', seen) : [];",
      },
    ],
    test: unit('stack/rollover-stages', 'before every listener shows a leaf of the new authority'),
  },
  {
    name: 'a new authority signs when everybody believes it',
    why: 'whoever has not read its certificate would refuse every process that is renewed',
    changes: [
      {
        file: 'stack/rollover/stages.ts',
        from: "if (position === 'reissue' || late.length === 0) return undefined;",
        to: 'if (position || late.length === 0) return undefined;',
      },
    ],
    test: unit('stack/rollover-stages', 'before every listener believes both authorities'),
  },
  {
    name: 'the key of the authority before is kept until nobody believes it',
    why: 'a second run could no longer find out who still lets its leaves in',
    changes: [
      {
        file: 'stack/rollover/rollover.ts',
        from: 'if (report.behind.length > 0) return report;',
        to: '',
      },
    ],
    test: unit('stack/rollover', 'a listener that does not read its files is named'),
  },
  {
    name: 'an authority is not retired under sagas that it has granted',
    why: 'they would take no step forward any more, and be undone or parked in the middle',
    changes: [
      {
        file: 'stack/rollover/rollover.ts',
        from: 'if (count !== undefined && count > 0 && !isDespiteSagas) {',
        to: 'if (count !== undefined && count < 0 && !isDespiteSagas) {',
      },
    ],
    test: unit('stack/rollover', 'sagas of before are waited for'),
  },
  {
    name: 'a slow listener is not passed over',
    why: 'the authority that it still believes, and stands on, would be taken away from it',
    changes: [
      {
        file: 'stack/rollover/look.ts',
        from: "const shows = (await isAway(listener)) ? 'away' : 'silent';",
        to: "const shows = (await isAway(listener)) ? 'away' : ('away' as const);",
      },
    ],
    test: unit('stack/rollover', 'who listens and shows nothing is behind'),
  },
  {
    name: 'a retired authority vouches for its own time only',
    why: 'whoever has its key could go on signing lines of the report',
    changes: [
      {
        file: 'platform/security/retired.ts',
        from: 'atMs <= untilMs ? certificates : []',
        to: 'untilMs > 0 ? certificates : []',
      },
    ],
    test: unit('audit/report', 'a line is good under the authority of its time'),
  },
  {
    name: 'an authority that is gone is no addition',
    why: 'what was opened under a leaf of it would go on for as long as somebody keeps it open',
    changes: [
      {
        file: 'platform/security/renewal.ts',
        from: 'return blocks.every((block) => known.includes(block));',
        to: 'return blocks.some((block) => known.length > block.length / 2);',
      },
    ],
    test: unit('security/renewal', 'hears of an authority beside the others as such'),
  },
];
