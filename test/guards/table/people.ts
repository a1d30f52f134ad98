import type { Guard } from '../guard';
import { contract, saga, unit } from '../guard';

const engine = (file: string): string => `platform/saga/engine/${file}.ts`;
const journal = (file: string): string => `platform/saga/journal/${file}.ts`;
const grants = 'platform/security/grants.ts';

/** The journal, and what people may tell a saga. */
export const peopleGuards: readonly Guard[] = [
  {
    name: 'started before anything is sent',
    why: 'effects would stand for a saga of which nothing durable knows',
    changes: [
      {
        file: engine('execute'),
        from: 'await recordStarted(run);',
        to: 'recordStarted(run).catch((error: unknown) => (run.failure = error));',
      },
    ],
    test: saga('refusals', 'a used business key ends a second saga before it has done anything'),
  },
  {
    name: 'a business key is used once',
    why: 'the same order would be placed again once Temporal has forgotten the first',
    changes: [
      {
        file: journal('service'),
        from: "if (known !== undefined) return refused('BUSINESS_KEY_USED', `used by ${known.sagaId}`);",
        to: '',
      },
      {
        file: journal('service'),
        from: 'if (states(sagaAggregate(input.workflowId)) !== undefined) {',
        to: 'if (input.workflowId === undefined) {',
      },
    ],
    test: unit('saga/journal', 'takes a business key once and for ever'),
  },
  {
    name: 'acted before the verb acts',
    why: 'a repair would stand of which nobody knows who did it and why',
    changes: [
      {
        file: engine('acts'),
        from: 'await recordActed(run, { verb, signed, at: name, direction, epoch });',
        to: '',
      },
    ],
    test: saga('parking', 'a skipped undo leaves its effect in place, and the journal lists it'),
  },
  {
    name: 'acted before, not after',
    why: 'a step would be sent again under a verb that the journal may yet refuse',
    changes: [
      {
        file: engine('acts'),
        from: 'await recordActed(run, { verb, signed, at: name, direction, epoch });',
        to: 'void recordActed(run, { verb, signed, at: name, direction, epoch });',
      },
    ],
    test: unit('saga/repair', 'acts when the journal has it, and not before'),
  },
  {
    name: 'one act, one effect',
    why: 'an act that is delivered twice would retry, or approve, twice',
    changes: [
      { file: engine('handlers'), from: 'if (known !== undefined) return known;', to: '' },
      { file: engine('handlers'), from: 'if (!run.acts.has(signed.jti)) planAct', to: 'planAct' },
    ],
    test: saga('parking', 'the same act again hears the same and is one record'),
  },
  {
    name: 'the journal opens the grant',
    why: 'whoever reaches Temporal could tell a saga anything',
    changes: [
      {
        file: journal('grants'),
        from: 'const person = await options.verify(act.signed.grant, grantedActOf(act));',
        to: "const person = { actor: 'nobody', roles: ['operator', 'payments-approver'] };",
      },
    ],
    test: unit('saga/acts', 'with a grant that does not open changes nothing'),
  },
  {
    name: 'signature of the grant',
    why: 'anybody could write a grant',
    changes: [
      {
        file: grants,
        from: 'await jwtVerify(grant, leaf.publicKey, rules).catch(',
        to: 'await Promise.resolve(rules).catch(',
      },
    ],
    test: unit('security/grant-attacks', ' is refused'),
  },
  {
    name: 'a grant is for one act',
    why: 'a grant to retry one step would abort another saga',
    changes: [
      { file: grants, from: 'assertAct(found, act);\n      const limit', to: 'const limit' },
    ],
    test: unit('security/grants', 'is good for no other '),
  },
  {
    name: 'role of the approver',
    why: 'anybody could approve',
    changes: [
      {
        file: journal('grants'),
        from: 'if (role !== undefined && !roles.includes(role)) {',
        to: 'if (false) {',
      },
    ],
    test: unit('saga/acts', 'ROLE_MISSING'),
  },
  {
    name: 'approver is not the initiator',
    why: 'whoever asks for the money would approve it',
    changes: [{ file: journal('grants'), from: 'if (notActor === actor) {', to: 'if (false) {' }],
    test: unit('saga/acts', 'APPROVER_IS_INITIATOR'),
  },
  {
    name: 'limit of the approver',
    why: 'a person would approve more than they may',
    changes: [
      {
        file: journal('grants'),
        from: 'amountCents > (approvalLimitCents ?? Infinity)',
        to: 'false',
      },
    ],
    test: unit('saga/acts', 'APPROVAL_LIMIT_EXCEEDED'),
  },
  {
    name: 'generation at the journal',
    why: 'a run that was taken over would write a second outcome',
    changes: [
      {
        file: journal('service'),
        from: 'return generation < known.generation;',
        to: 'return false;',
      },
    ],
    test: unit('saga/journal', 'takes no record of a generation that is over'),
  },
  {
    name: 'results are kept for their time',
    why: 'whoever asks about a saga of yesterday would find that its rows have forgotten it',
    changes: [
      {
        file: journal('open-sagas'),
        from: 'AND e.recorded_at < $2',
        to: 'AND $2::timestamptz IS NOT NULL',
      },
    ],
    test: contract('finished-sagas', 'leaves out what finished too recently'),
  },
  {
    name: 'an act whose grant ran out goes under another id',
    why: 'Temporal keeps the outcome of an id: a cancel would be answered "expired" under its key for ever',
    changes: [
      {
        file: 'gateway/sagas/send-verb.ts',
        from: '`${told.jti}.${grants}`',
        to: 'told.jti',
      },
    ],
    test: unit('gateway/verbs', 'is taken when it is sent again, and every repeat finds it'),
  },
  {
    name: 'what was sent to a saga is looked up before it is sent again',
    why: 'an event that a saga took and ended by would be called unheard',
    changes: [
      {
        file: 'platform/reactions/starter.ts',
        from: 'target !== undefined && (await options.isTaken(target, jti))',
        to: 'false && target !== jti',
      },
    ],
    test: unit('reactions/starter', 'was sent before and not noted'),
  },
];
