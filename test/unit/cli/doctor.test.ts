import { looked } from '../../../cli/doctor/finding';
import { lookAtToken } from '../../../cli/doctor/production/settings';

const tokenOf = (minutes: number): string => {
  const part = (claims: object) => Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ iat: 1_000, exp: 1_000 + 60 * minutes })}.`;
};

test.each([
  [5, 'fine'],
  [15, 'fine'],
  [60, 'wrong'],
])('a token that is good for %d minutes: %s', (minutes, state) => {
  expect(lookAtToken(tokenOf(minutes))).toMatchObject([{ state }]);
});

test('a token that never ends is wrong, and none at all is told', () => {
  const endless = `${tokenOf(5).split('.')[0]}.${Buffer.from('{"iat":1}').toString('base64url')}.`;
  expect(lookAtToken(endless)).toMatchObject([{ state: 'wrong' }]);
  expect(lookAtToken(undefined)).toMatchObject([{ state: 'warn', said: 'not looked at' }]);
});

test('whatever cannot be asked is a finding, with its code, and hides no other', async () => {
  const away = Object.assign(new Error('connect failed\nat …'), { code: 'ECONNREFUSED' });
  expect(await looked('Kafka', 'start it', () => Promise.reject(away))).toEqual([
    {
      ...{ check: 'Kafka', state: 'wrong', fix: 'start it' },
      said: 'it cannot be asked: ECONNREFUSED connect failed',
    },
  ]);
});
