import { jwksLimits } from '../../../platform/security/jwks';
import { shot } from '../../attack/attack';
import { answerTo, kidOf, underKey } from '../../attack/bearer';
import { freshToken, openRealm } from '../../attack/realm';
import { until } from '../../up/api-client';
import type { Turn } from './world';

const person = 'adam';
const refused = '401 TOKEN_INVALID';

/** The key with which the realm signs tokens: the new one signs, everybody has a new token, the old one goes. */
export const signingKey: Turn = {
  name: 'signing key of the realm',
  async run(world) {
    const { ca, issuer, reach, load } = world;
    const realm = openRealm({ ca, issuer, secret: reach.secret });
    const before = await freshToken({ ca, issuer }, person);
    const endOld = await realm.replaceSigningKey();
    const after = await freshToken({ ca, issuer }, person);
    const shots = [
      shot(
        'the realm signs with another key',
        'yes',
        kidOf(before) === kidOf(after) ? 'no' : 'yes',
      ),
      shot('a token of the new key', 200, await answerTo(world, after)),
      shot('a token of the old key', 200, await answerTo(world, before)),
    ];
    await load.turnOver();
    await endOld();
    // The gateway notices with its next question to Keycloak, which any token of an unknown key makes it ask.
    const found = await until('the old key to be gone', 3 * jwksLimits.coolDownMs, async () => {
      await answerTo(world, underKey(after));
      const answer = await answerTo(world, before);
      if (answer !== '200') return answer;
      await new Promise((resume) => setTimeout(resume, 1_000));
      return undefined;
    }).catch(() => '200');
    return [
      ...shots,
      shot('a token of the old key, which is gone', refused, found),
      shot('a token of the new key, still', 200, await answerTo(world, after)),
    ];
  },
};
