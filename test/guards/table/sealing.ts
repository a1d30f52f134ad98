import type { Guard } from '../guard';
import { contract, unit } from '../guard';

const file = 'platform/outbox/sealing.ts';
const sealing = (title: string) => unit('outbox/sealing', title);

/** What binds stored content to its place, and lets nothing else in. */
export const sealingGuards: readonly Guard[] = [
  {
    name: 'a state is sealed for its number',
    why: 'yesterday’s balance could be put back, and nobody would see it',
    changes: [
      {
        file,
        from: "['aggregates', id, String(seq), 'state']",
        to: "['aggregates', id, String(seq).slice(99), 'state']",
      },
    ],
    test: contract('sealed-stores', 'does not open when an older version is put back'),
  },
  {
    name: 'a state is sealed for its aggregate',
    why: 'one account’s content could be put into another',
    changes: [
      {
        file,
        from: "['aggregates', id, String(seq), 'state']",
        to: "['aggregates', id.slice(999), String(seq), 'state']",
      },
    ],
    test: sealing('a state is not opened for '),
  },
  {
    name: 'an event is sealed beside its hash',
    why: 'what is clear of an event could be changed together with its hash',
    changes: [
      {
        file,
        from: "['events', aggregateId, String(seq), contentHash]",
        to: "['events', aggregateId, String(seq), contentHash.slice(999)]",
      },
    ],
    test: sealing('an event is not opened under '),
  },
  {
    name: 'a step record is sealed beside what the fence decides by',
    why: 'an undone step could be made one that stands again',
    changes: [
      {
        file,
        from: "['step_records', key.sagaId, key.step, fence]",
        to: "['step_records', key.sagaId, key.step, fence.slice(9999)]",
      },
    ],
    test: sealing('a step record is not opened beside another '),
  },
  {
    name: 'content is sealed for its service and world',
    why: 'a row of another service would be taken for one’s own',
    changes: [
      {
        file,
        from: 'const own = [service, instance];',
        to: "const own = [service && instance && ''];",
      },
    ],
    test: sealing('under the same key'),
  },
  {
    name: 'stored plaintext is refused',
    why: 'whoever can write to a database could write what he likes, without a key',
    changes: [
      {
        file,
        from: 'return vault.open(sealed, place);',
        to: "return typeof sealed === 'object' ? (sealed as Json) : vault.open(sealed, place);",
      },
    ],
    test: sealing('what was never sealed is refused'),
  },
  {
    name: 'tables from before sealing are not taken over',
    why: 'a version row that was set back would make plaintext welcome',
    changes: [
      {
        file: 'platform/outbox/tables-version.ts',
        from: 'if (found !== undefined && found.version < since) throw',
        to: 'if (found !== undefined && found.version < 0) throw',
      },
    ],
    test: unit('outbox/tables-version', 'tables from before a version that carries nothing over'),
  },
  ...(['postgres', 'mongodb'] as const).map((name): Guard => ({
    name: `events are written sealed (${name})`,
    why: 'what people bought would stand in the files of the database and its journal',
    changes: [
      name === 'postgres'
        ? {
            file: 'platform/outbox/postgres/transact.ts',
            from: 'change.events.map((it) => sealing.sealEvent(it))',
            to: 'change.events',
          }
        : {
            file: 'platform/outbox/mongodb/transact.ts',
            from: 'change.events.map((event) => this.#sealing.sealEvent(event))',
            to: 'change.events',
          },
    ],
    test: contract('canary', 'content that went through a store stands in no file of its server'),
  })),
  {
    name: 'events are written sealed (dynamodb)',
    why: 'what people bought would stand in the files of the database and its journal',
    changes: [
      {
        file: 'platform/outbox/dynamodb/items.ts',
        from: 'events: events.map((event) => sealing.sealEvent(event)),',
        to: 'events,',
      },
    ],
    test: contract('canary', 'content that went through a store stands in no file of its server'),
  },
  {
    name: 'a key is not retired while a process may still seal with it',
    why: 'what a process seals that has not heard of the next key yet could not be read again',
    changes: [
      {
        file: 'cli/keys/command.ts',
        from: 'if (Date.now() >= untilMs) return;',
        to: 'if (Date.now() >= untilMs - 600_000) return;',
      },
    ],
    test: contract('key-rotation', 'a key is retired when no row needs it any more'),
  },
  {
    name: 'an unknown key is a reason to come back, not to give up',
    why: 'callers would be told of a fault of ours while the key store is away for a moment',
    changes: [
      {
        file: 'platform/host/operations.ts',
        from: "    case 'KEYS_UNAVAILABLE':\n",
        to: '',
      },
    ],
    test: unit('activities/api', 'without its keys'),
  },
];
