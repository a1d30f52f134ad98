import { gatewayOptionsOf } from '../../../bench/gateway/options';
import { optionsOf } from '../../../bench/options';
import { projectionOptionsOf } from '../../../bench/projection/options';
import { relayOptionsOf } from '../../../bench/relay/options';
import { UsageError } from '../../../bench/words';

test('a run has five rounds of everything unless told', () => {
  const options = optionsOf(['saga']);
  expect(options).toMatchObject({ rounds: 5, seconds: 5, callers: [1, 32], json: false });
  expect(options.variants[0]).toBe('floor');
});

test('the floor is measured whatever is chosen', () => {
  const { variants } = optionsOf(['saga', '--only', 'holdfast-queue,empty']);
  expect(variants).toEqual(['floor', 'empty', 'holdfast-queue']);
});

test.each([
  [[]],
  [['relay']],
  [['projection']],
  [['gateway']],
  [['saga', '--rounds', '0']],
  [['saga', '--rounds', '1,2']],
  [['saga', '--callers', '1,x']],
  [['saga', '--only', 'nothing']],
  [['saga', '--strange']],
])('%j is refused', (args) => {
  expect(() => optionsOf(args)).toThrow(UsageError);
});

test('the relay is measured on every store unless told', () => {
  const options = relayOptionsOf(['--only', 'mongodb', '--rate', '100']);
  expect(options).toMatchObject({ rounds: 5, events: 20_000, ratePerSecond: 100, seconds: 10 });
  expect(options.stores).toEqual(['mongodb']);
  expect(relayOptionsOf([]).stores).toEqual(['postgresql', 'mongodb', 'dynamodb']);
});

test.each([[['--rate', '1,2']], [['--events', '0']], [['--only', 'redis']], [['stray']]])(
  'for the relay %j is refused',
  (args) => {
    expect(() => relayOptionsOf(args)).toThrow(UsageError);
  },
);

test('a projection is measured without a history unless told', () => {
  const options = projectionOptionsOf(['--per-row', '4']);
  expect(options).toMatchObject({ rounds: 3, events: 50_000, perRow: 4, ratePerSecond: 500 });
  expect(options.history).toBe(0);
  expect(projectionOptionsOf(['--history', '1000000']).history).toBe(1_000_000);
  expect(relayOptionsOf(['--history', '10000']).history).toBe(10_000);
});

test.each([[['--history', '-1']], [['--per-row', '0']], [['--only', 'postgresql']], [['stray']]])(
  'for the projection %j is refused',
  (args) => {
    expect(() => projectionOptionsOf(args)).toThrow(UsageError);
  },
);

test('the gateway is measured beside everything it is compared with unless told', () => {
  const options = gatewayOptionsOf(['--seconds', '2']);
  expect(options).toMatchObject({ rounds: 5, seconds: 2, callers: [1, 32], json: false });
  expect(options.reads).toHaveLength(7);
  const { reads } = gatewayOptionsOf(['--only', 'gateway,bare']);
  expect(reads).toEqual(['bare', 'gateway']);
});

test.each([[['--seconds', '31']], [['--callers', '0']], [['--only', 'cache']], [['stray']]])(
  'for the gateway %j is refused',
  (args) => {
    expect(() => gatewayOptionsOf(args)).toThrow(UsageError);
  },
);
