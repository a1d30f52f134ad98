import type { Guard } from '../guard';
import { unit } from '../guard';

/** What is measured must be there before it is needed, must be true, and must not be made by strangers. */
export const metricGuards: readonly Guard[] = [
  {
    name: 'types of tasks are counted in bounds',
    why: 'whoever can schedule an activity could make as many time series as they like',
    changes: [
      {
        file: 'platform/host/sdk-metrics.ts',
        from: "    if (values.size >= sdkLabelValuesMax) return 'other';\n",
        to: '',
      },
    ],
    test: unit('host/sdk-metrics', 'ten thousand types that nobody wrote'),
  },
  {
    name: 'counters begin at nothing',
    why: 'the first event of its kind would be no increase, and call nobody',
    changes: [
      {
        file: 'platform/runtime/from-zero.ts',
        from: '  for (const labels of all) counter.inc(labels, 0);\n',
        to: '',
      },
    ],
    test: unit('runtime/from-zero', 'a counter is there at 0'),
  },
  {
    name: 'an end of the log that was reached is no lag',
    why: 'a read model that always has something to do would look as far behind as it is old',
    changes: [
      {
        file: 'platform/event-log/projector/lag.ts',
        from: '.filter((end) => end.high > nextOffset)',
        to: '',
      },
    ],
    test: unit('event-log/lag', 'one that always has something to do is not behind'),
  },
  {
    name: 'the lag remembers its beginning',
    why: 'a partition that stands still would look behind by no more than a look',
    changes: [
      {
        file: 'platform/event-log/projector/lag.ts',
        from: '    const [oldest] = ends;\n',
        to: '    const oldest = ends.at(-1);\n',
      },
    ],
    test: unit('event-log/lag', 'it grows while the log does and nothing is applied'),
  },
  {
    name: 'what is not a number is no data',
    why: 'a panel that shows nothing would pass for one that shows something',
    changes: [
      {
        file: 'test/dashboards/questions.ts',
        from: 'values.map(Number).filter((value) => !Number.isNaN(value))',
        to: 'values.map(Number)',
      },
    ],
    test: unit('deploy/dashboards', 'what is not a number, or without an end, is no answer'),
  },
  {
    name: 'tests shorten times and nothing else',
    why: 'an alert that is shown to ring in a test would be another one than what rings for people',
    changes: [
      {
        file: 'stack/servers/prometheus.ts',
        from: '/^( +for:) .*$/gm',
        to: '/^( +(?:for|expr):) .*$/gm',
      },
    ],
    test: unit('stack/short-times', 'tests shorten the times of rules and nothing else'),
  },
];
