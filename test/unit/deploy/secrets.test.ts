import { secretsIn } from '../../../deploy/supply/secrets';

const letters = (length: number): string => 'aB3'.repeat(length).slice(0, length);
const dashes = '-'.repeat(5);

test.each([
  ['a private key', `${dashes}BEGIN ${'PRIVATE'} KEY${dashes}\n${letters(64)}`],
  ['a private key', `"${dashes}BEGIN EC ${'PRIVATE'} KEY${dashes}\\n${letters(64)}"`],
  ['an access key of AWS', `key = AKIA${'ABCD2345'.repeat(2)}`],
  ['a token of GitHub', `ghp_${letters(36)}`],
  ['a token of npm', `npm_${letters(36)}`],
  ['a token of Slack', `xoxb-${letters(24)}`],
  ['a signed token', `Bearer eyJ${letters(30)}.eyJ${letters(60)}.${letters(86)}`],
  ['a password in an address', `postgres://admin:${letters(12)}@db.example/orders`],
  ['a token in .npmrc', `//registry.example/:${'_authToken'}=${letters(20)}`],
])('%s is found, with its line', (kind, text) => {
  expect(secretsIn(`first\n${text}\nlast`)).toEqual([{ kind, line: 2 }]);
});

test.each([
  'the PRIVATE KEY block of a certificate',
  'mongodb://localhost:27017/?tls=true',
  'postgres://${user}:${password}@localhost',
  'https://user@host/path',
  `sha512-${letters(86)}==`,
  'eyJhbGciOiJSUzI1NiJ9',
])('%s is none', (text) => {
  expect(secretsIn(text)).toEqual([]);
});
