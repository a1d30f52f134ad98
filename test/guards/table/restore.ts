import type { Guard } from '../guard';
import { contract, unit } from '../guard';

const anywhere = unit('restore/restore', 'wherever backup and log end');

/** What keeps a restored database from being made whole in the wrong way. */
export const restoreGuards: readonly Guard[] = [
  {
    name: 'effects come back with their rows',
    why: 'an undo after a restore would find nothing to undo, and what was reserved would stay so',
    changes: [
      {
        file: 'platform/restore/give-back.ts',
        from: 'return { ...image.record, effect };',
        to: 'return { ...image.record, effect: [] };',
      },
    ],
    test: anywhere,
  },
  {
    name: 'a fork stops before anything is written',
    why: 'two histories would be mixed in one database',
    changes: [
      {
        file: 'platform/restore/restore.ts',
        from: 'const isStopped = findings.some(({ code }) => restoreCodes[code].stops);',
        to: 'const isStopped = false;',
      },
    ],
    test: unit('restore/restore', 'the fork is named, and nothing is given back'),
  },
  {
    name: 'sagas are asked too',
    why: 'what was answered and had not reached the log would be lost, while its saga relies on it',
    changes: [
      {
        file: 'platform/restore/believed.ts',
        from: 'const again = lastAnswered === undefined ? [] : answered(messages, lastAnswered, row);',
        to: 'const again: SentMessage[] = [];',
      },
    ],
    test: anywhere,
  },
  {
    name: 'a refusal is not asked for again',
    why: 'a step that its saga was refused might be done now, and nobody would undo it',
    changes: [
      {
        file: 'platform/restore/believed.ts',
        from: "if (answer?.answer === 'refused') return [];",
        to: "if (answer?.answer === 'refused') return [last];",
      },
    ],
    test: unit('restore/restore', 'a step that was refused is not tried again'),
  },
  {
    name: 'an open call is sent again',
    why: 'a call to the outside that nobody answered would be forgotten with its row, and an undo find nothing',
    changes: [
      {
        file: 'platform/restore/believed.ts',
        from: 'return isRunning && forward !== undefined && isLost ? [...again, forward] : again;',
        to: 'return again;',
      },
    ],
    test: unit('restore/restore', 'only a row knows an open call'),
  },
  {
    name: 'the step record is part of the content',
    why: 'a changed header would give a service a fence that it never had',
    changes: [
      {
        file: 'platform/outbox/stamp.ts',
        from: 'const origin = { sagaId, step, epoch, direction, commitId, stepImage };',
        to: 'const origin = { sagaId, step, epoch, direction };\n  void commitId;\n  void stepImage;',
      },
    ],
    test: unit('outbox/commit-mark', 'has another hash'),
  },
  {
    name: 'a relay looks at the log before it sends',
    why: 'a database that was put back would give numbers another content, for every reader and for good',
    changes: [
      {
        file: 'platform/event-log/relay/slot.ts',
        from: 'await demandLog(lease);',
        to: 'void demandLog;',
      },
    ],
    test: unit('event-log/log-check', 'sends nothing'),
  },
  {
    name: 'the log is looked at behind every slot',
    why: 'a slot without events since the backup would send what the next restore takes back',
    changes: [
      {
        file: 'platform/event-log/relay/log-check.ts',
        from: 'from.set(partition, BigInt((await source.readLease(partition))?.logEnd ?? 0));',
        to: 'from.set(partition, partition === 0 ? BigInt((await source.readLease(0))?.logEnd ?? 0) : 2n ** 60n);',
      },
    ],
    test: unit('event-log/log-check', 'of every slot'),
  },
  {
    name: 'a relay sends nothing past a beginning that its brokers forgot',
    why: 'what stood there was never held against the restored database, and numbers would be given twice',
    changes: [
      {
        file: 'platform/event-log/relay/log-check.ts',
        from: 'if (low <= from) return;',
        to: 'if (low <= from || partition >= 0) return;',
      },
    ],
    test: unit('event-log/log-check', 'was never held against'),
  },
  {
    name: 'a restore notes where it has folded to',
    why: 'the relay would refuse the restored database for ever once the brokers forgot that part',
    changes: [
      {
        file: 'platform/restore/hold.ts',
        from: 'for (const [slot, end] of ends) leases[slot]?.note(end);',
        to: 'void ends;',
      },
    ],
    test: unit('event-log/log-check', 'up to where it was folded'),
  },
  {
    name: 'a read model that was set back is taken up again from where it stands',
    why: 'its projector would stand still at a jump that is none',
    changes: [
      {
        file: 'platform/event-log/projector/partition.ts',
        from: 'if (stored < ours) throw',
        to: 'if (stored < 0n && stored < ours) throw',
      },
    ],
    test: contract('projector', 'takes its read model up again'),
  },
];
