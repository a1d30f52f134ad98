import type { Guard } from '../guard';
import { unit } from '../guard';

const keys = 'platform/security/jwks.ts';
const tokens = 'platform/security/tokens.ts';

/** Access tokens: whose keys are believed and for how long, and who may send one. */
export const tokenGuards: readonly Guard[] = [
  {
    name: 'one question in half a minute',
    why: 'whoever makes up key ids would make us ask the auth server with every request',
    changes: [
      {
        file: keys,
        from: '(holdsKeys ? jwksLimits.coolDownMs : backoffMs(state.failures))',
        to: '(holdsKeys ? 0 : backoffMs(state.failures))',
      },
    ],
    test: unit('security/jwks', 'a flood of unknown key ids asks the auth server once in 30 s'),
  },
  {
    name: 'the pace of questions does not depend on how they went',
    why: 'an auth server that is in trouble would be asked more often than one that is well',
    changes: [
      { file: keys, from: '(holdsKeys ? jwks', to: '(holdsKeys && !state.failures ? jwks' },
    ],
    test: unit('security/jwks', 'a flood while the auth server is away asks once in 30 s as well'),
  },
  {
    name: 'keys end without the auth server',
    why: 'a key that was taken away would be believed for as long as the auth server is away',
    changes: [
      {
        file: keys,
        from: "if (age() > jwksLimits.staleMsMax) return 'unavailable';",
        to: '',
      },
    ],
    test: unit('security/jwks', 'known keys outlive the auth server for an hour and not longer'),
  },
  {
    name: 'a bound token is for its certificate',
    why: 'a token that was stolen from a service would be good for the thief',
    changes: [{ file: tokens, from: "parsed.data['x5t#S256'] === thumbprint", to: 'parsed.data' }],
    test: unit('security/tokens', 'is refused from one who shows '),
  },
  {
    name: 'a service’s token is bound',
    why: 'a realm that was set up carelessly would give out tokens that anybody can use',
    changes: [{ file: tokens, from: '!serviceAccount.test(name)', to: 'serviceAccount' }],
    test: unit('security/tokens', 'must be so where a service speaks for itself'),
  },
];
