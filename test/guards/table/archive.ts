import type { Guard } from '../guard';
import { unit } from '../guard';

/** What makes files and brokers one log, and keeps the brokers from forgetting what nobody else has. */
export const archiveGuards: readonly Guard[] = [
  {
    name: 'the record at the seam is compared',
    why: 'the files of one log would be gone on with at the brokers of another',
    changes: [
      {
        file: 'platform/archive/reading/feed.ts',
        from: 'if (digestOf(lineOf(first)) !== seam) {',
        to: "if (digestOf(lineOf(first)) === '') {",
      },
    ],
    test: unit('archive/whole-log', 'at the seam the broker must hold the record'),
  },
  {
    name: 'files and brokers must meet',
    why: 'what both have lost would be passed over',
    changes: [
      {
        file: 'platform/archive/reading/seam.ts',
        from: 'if (low <= next) return;',
        to: 'if (low <= high) return;',
      },
    ],
    test: unit('archive/whole-log', 'records that neither files nor brokers have'),
  },
  {
    name: 'no offset is passed over while the brokers are read',
    why: 'what is pruned under a reader would be missing in what it builds',
    changes: [
      {
        file: 'platform/archive/reading/feed.ts',
        from: 'BigInt(offset) === next + BigInt(index)',
        to: 'BigInt(offset) >= next + BigInt(index)',
      },
    ],
    test: unit('archive/whole-log', 'what is taken from the broker while it is read'),
  },
  {
    name: 'a file is held against its digest',
    why: 'an altered record with a sound form would be folded',
    changes: [
      {
        file: 'platform/archive/files/segment.ts',
        from: 'content.length !== segment.bytes || digestOf(content) !== segment.sha256',
        to: 'content.length === 0',
      },
    ],
    test: unit('archive/files', 'a record that was altered in a file of sound form'),
  },
  {
    name: 'the entries of a manifest are a chain',
    why: 'a file could be taken out together with its entry',
    changes: [
      {
        file: 'platform/archive/files/manifest.ts',
        from: 'if (chained(place, before, entry).chain !== chain) {',
        to: "if (chain === '') {",
      },
    ],
    test: unit('archive/files', 'breaks the chain'),
  },
  {
    name: 'an export takes no hole',
    why: 'the hole would be in the archive for good, and prune would delete what could fill it',
    changes: [
      {
        file: 'platform/archive/export.ts',
        from: 'if (offset !== next) {',
        to: 'if (offset < next) {',
      },
    ],
    test: unit('archive/files', 'over a hole in the offsets'),
  },
  {
    name: 'what a follower has not read stays',
    why: 'a projector that stood still would find its place forgotten',
    changes: [
      {
        file: 'platform/archive/prune.ts',
        from: '...followers.map(({ name, next }) => ({ keptBy: name, before: next.get(partition) ?? 0n })),',
        to: '...followers.map(({ name }) => ({ keptBy: name, before: youngFrom.get(partition) ?? 0n })),',
      },
    ],
    test: unit('archive/prune', 'what a follower has not read stays'),
  },
  {
    name: 'what is forgotten was compared before',
    why: 'the brokers would forget what the files only seem to hold',
    changes: [
      {
        file: 'platform/archive/prune.ts',
        from: "if (findings.length > 0) return { ...report, verdict: 'refused', records: 0, findings };",
        to: '',
      },
    ],
    test: unit('archive/prune', 'nothing of the topic is forgotten where a file'),
  },
  {
    name: 'an import keeps offsets',
    why: 'places that people and programs have noted would mean other records',
    changes: [
      {
        file: 'platform/archive/import.ts',
        from: 'if (at === next) return;',
        to: 'if (at >= next) return;',
      },
    ],
    test: unit('archive/import', 'somebody else who writes meanwhile ends it'),
  },
];
