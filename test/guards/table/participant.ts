import type { Guard } from '../guard';
import { unit } from '../guard';

const participant = (file: string): string => `platform/participant/${file}.ts`;
const hostileNetwork = unit(
  'participant/fence',
  'every order of two forwards and two undos with every crash',
);

/** What a participant does with a message, on any store. */
export const participantGuards: readonly Guard[] = [
  {
    name: 'step key',
    why: 'a message that is delivered again would be another step, and take effect again',
    changes: [
      {
        file: participant('handle'),
        from: 'const key = { sagaId: message.sagaId, step: message.step };',
        to: 'const key = { sagaId: message.sagaId, step: `${message.step} ${Math.random()}` };',
      },
    ],
    test: hostileNetwork,
  },
  {
    name: 'fence check',
    why: 'late and repeated messages would be applied',
    changes: [
      {
        file: participant('decide-step'),
        from: 'consultClosing(step.view, message, step.told)',
        to: 'consultClosing({ stepRecord: undefined }, message, step.told)',
      },
    ],
    test: hostileNetwork,
  },
  {
    name: 'input hash',
    why: 'another command under a used key would be answered as if it had been done',
    changes: [
      {
        file: participant('fence-table'),
        from: 'const sameInput = message.inputHash === row.inputHash;',
        to: 'const sameInput = true;',
      },
    ],
    test: unit('participant/fence', 'over done with another input conflicts'),
  },
  {
    name: 'closing check',
    why: 'a step of which the recovery has never heard would be applied after it',
    changes: [
      {
        file: participant('closing'),
        from: 'if (closing !== undefined && message.epoch < closing.epoch) {',
        to: 'if (false) {',
      },
    ],
    test: unit('participant/closing', ' below it, over any row'),
  },
  {
    name: 'undo from recorded facts',
    why: 'an undo would reverse what others have done since',
    changes: [
      {
        file: participant('decide-step'),
        from: 'handler.reverse(states, effect, context)',
        to: 'handler.reverse(states, [], context)',
      },
    ],
    test: unit('participant/handle', 'reverses the recorded effect, not the current state'),
  },
  {
    name: 'an impossible undo is a fault',
    why: 'an effect that cannot be reversed would be called undone',
    changes: [
      {
        file: participant('unit'),
        from: "throw new Fault('UNDO_IMPOSSIBLE', decision.detail);",
        to: 'return [];',
      },
    ],
    test: unit('participant/handle', 'that is impossible now may be possible later'),
  },
  {
    name: 'a trimmed row is not undone',
    why: 'a row that forgot what it did would answer undone, and nothing would be',
    changes: [
      {
        file: participant('fence-table'),
        from: "if (row.trimmed === true) return { do: 'fault', code: 'UNDO_IMPOSSIBLE' };",
        to: '',
      },
    ],
    test: unit('participant/closing', 'is never reversed'),
  },
  {
    name: 'an open call is not trimmed',
    why: 'the row would forget which call it waits for, and could never be closed',
    changes: [
      {
        file: participant('trimming'),
        from: 'default:\n      return undefined;',
        to: 'default:\n      return { ...kept, result: null, effect: [], trimmed: true };',
      },
    ],
    test: unit('participant/closing', 'lets nothing go while its call is open'),
  },
  {
    name: 'intent before the outside is called',
    why: 'a crash after the call would leave a charge of which no row knows',
    changes: [
      {
        file: participant('unit'),
        from: '    commit: { stepRecord, aggregates: changes },\n  };\n}\n\nfunction recordDecision',
        to: '  };\n}\n\nfunction recordDecision',
      },
    ],
    test: unit(
      'participant/outside',
      'orders of deliveries with crashes end with one charge or none',
    ),
  },
  {
    name: 'a word that was overtaken is not concluded',
    why: 'the answer to one call would be written down as that of another',
    changes: [
      {
        file: participant('outside/call-table'),
        from: 'if (told?.verb !== verdict.verb || told.key !== intentOf(row).key) return verdict;',
        to: 'if (told === undefined) return verdict;',
      },
    ],
    test: unit('participant/outside', 'is not concluded'),
  },
];
