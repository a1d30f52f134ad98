import type { Guard } from '../guard';
import { saga, unit } from '../guard';

const admission = 'platform/participant/admission.ts';
const opener = 'platform/security/saga-grants.ts';
const gate = 'platform/saga/journal/start-gate.ts';

const opensAtOnce = {
  file: 'platform/saga/engine/open.ts',
  from: "return parts.kind === 'pivot' && asksForGrant(run) ? underGoodGrant(run, asked) : asked();",
  to: 'return asked();',
};

/** What a saga may do for whom. */
export const grantGuards: readonly Guard[] = [
  {
    name: 'messages come straight from the orchestrator alone',
    why: 'any process with a certificate of ours could send steps in the name of a saga',
    changes: [
      {
        file: 'platform/host/steps/api.ts',
        from: "callers: ['orchestrator']",
        to: "callers: ['orchestrator', 'gateway']",
      },
    ],
    test: unit('host/steps', 'nobody but the worker of the sagas may send one'),
  },
  {
    name: 'a forward needs a grant',
    why: 'whoever can start a workflow could have anything done, in anybody’s name',
    changes: [
      { file: admission, from: "if (kind !== 'forward') return false;", to: 'return false;' },
    ],
    test: unit('participant/admission', ' has none'),
  },
  {
    name: 'no undo needs a grant',
    why: 'a saga whose time is over could not go back, which is when it has to',
    changes: [{ file: admission, from: "if (kind !== 'forward') return false;", to: '' }],
    test: unit('participant/admission', ' stands on no grant'),
  },
  {
    name: 'behind the pivot nothing is refused for a grant',
    why: 'a saga that has taken the money would stop before it ships',
    changes: [{ file: admission, from: "plan.kind !== 'retriable'", to: 'true' }],
    test: unit('participant/admission', ' stands on no grant'),
  },
  {
    name: 'a recovery needs no grant',
    why: 'what was ended from outside could never be finished',
    changes: [
      {
        file: admission,
        from: 'if (asking === recoveryIdOf(message.sagaId)) return undefined;',
        to: '',
      },
    ],
    test: unit('participant/admission', ' stands on no grant'),
  },
  {
    name: 'the workflow that asks is the saga',
    why: 'a workflow could send messages of another saga, on the grant of that one',
    changes: [
      {
        file: admission,
        from: "if (asking !== workflowIdOf(message.sagaId)) return invalid('another workflow asks');",
        to: '',
      },
    ],
    test: unit('participant/admission', ' has none'),
  },
  {
    name: 'the command is in the grant',
    why: 'a saga could do more than its kind does',
    changes: [
      {
        file: admission,
        from: 'return allowed.includes(asked) ? undefined',
        to: 'return asked ? undefined',
      },
    ],
    test: unit('participant/admission', ' has none'),
  },
  {
    name: 'a refused grant leaves a row',
    why: 'a pivot that was let in before and comes late would take effect in a saga that went back',
    changes: [
      {
        file: 'platform/participant/decide-step.ts',
        from: 'commit: { stepRecord: { ...row, effect: [] }, aggregates: [] },',
        to: '',
      },
    ],
    test: unit('participant/admission', 'is refused, and shuts the door'),
  },
  {
    name: 'what is done is answered, whatever became of the grant',
    why: 'an honest try again would turn back a saga whose step was done',
    changes: [
      {
        file: 'platform/participant/decide-step.ts',
        from: 'const { kind, epoch, run } = step.message;',
        to: 'if (step.barred !== undefined) return bar(step, step.barred);\n  const { kind, epoch, run } = step.message;',
      },
    ],
    test: unit('participant/admission', 'an honest try again meets the stored result'),
  },
  {
    name: 'a grant opens for its own saga only',
    why: 'the grant of one saga could be shown with another one',
    changes: [
      {
        file: 'platform/security/sealing.ts',
        from: 'const place = (context: string) => [purpose, context];',
        to: 'const place = (context: string) => [purpose, context.slice(0, 0)];',
      },
    ],
    test: unit('security/sealing', 'for another context'),
  },
  {
    name: 'a grant under a new key is not refused unasked',
    why: 'after each rotation, sagas would turn back at every service that has not looked yet',
    changes: [
      {
        file: 'platform/security/keys/keyring.ts',
        from: 'if (isNew || asking !== undefined) await refresh();',
        to: '',
      },
    ],
    test: unit('security/keyring', 'whether there is a key is asked of the key store'),
  },
  {
    name: 'a saga grant is signed by who may start sagas',
    why: 'any process that has the secret could widen what it may do',
    changes: [
      {
        file: opener,
        from: "if (typeof leaf === 'string') throw invalid(leaf);",
        to: "if (typeof leaf === 'string') return found as never;",
      },
    ],
    test: unit('security/saga-grants', 'is refused'),
  },
  {
    name: 'a saga grant ends',
    why: 'what a person could once do, he could do for ever',
    changes: [
      {
        file: opener,
        from: 'const currentDate = new Date(nowMs);',
        to: 'const currentDate = new Date(iat * 1_000);',
      },
    ],
    test: unit('security/saga-grants', 'a grant '),
  },
  {
    name: 'a start needs a grant that is for it',
    why: 'a saga could be run on an input that nobody has allowed',
    changes: [
      {
        file: gate,
        from: 'if (grant.inputHash !== hashOf(start.input ?? null))',
        to: 'if (false)',
      },
    ],
    test: unit('saga/start-gate', 'is not recorded on one that is for'),
  },
  {
    name: 'a child is one that its parent asked for',
    why: 'anybody could call his saga a step of another one, and stand on its grant',
    changes: [{ file: gate, from: 'return call?.child === start.workflowId', to: 'return true' }],
    test: unit('saga/start-gate', 'is not recorded where it was asked'),
  },
  {
    name: 'the grant goes along',
    why: 'no participant would see the grant its saga was started with',
    changes: [
      {
        file: 'platform/saga/grants/interceptors.ts',
        from: 'continueAsNew: (input, next) => next(withGrant(input)),',
        to: '',
      },
    ],
    test: saga('grants', 'takes it along into every run'),
  },
  {
    name: 'a start is compared with revocations',
    why: 'a saga that starts while a person is locked out would be on no list, and go on',
    changes: [
      {
        file: 'platform/saga/journal/service.ts',
        from: 'if (isGrantRevoked(states, input.owner, grantedAt)) {',
        to: 'if (isGrantRevoked(states, input.owner, undefined)) {',
      },
    ],
    test: unit('saga/revocations', 'a saga that was granted '),
  },
  {
    name: 'the grant is looked at before the pivot',
    why: 'a saga whose cancel got lost would take the money of somebody who was locked out',
    changes: [
      {
        file: 'platform/saga/engine/forward.ts',
        from: 'const isLookedAt = run.grantCheckedAtMs === Date.now();',
        to: 'const isLookedAt = true;',
      },
      opensAtOnce,
    ],
    test: saga('grants', 'does not come through its pivot once its grant was revoked'),
  },
  {
    name: 'the grant is looked at before the point of no return is set',
    why: 'whoever cancels while the journal is slow would hear that it is too late, and nothing was sent yet',
    changes: [opensAtOnce],
    test: saga('grants', 'can be cancelled while its grant is looked at'),
  },
];
