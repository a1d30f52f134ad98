import type { Guard } from '../guard';
import { unit } from '../guard';

const collector = 'platform/host/collector.ts';

/** What leaves a process as traces, and what tracing must not do to it. */
export const traceGuards: readonly Guard[] = [
  {
    name: 'spans leave with allowed attributes alone',
    why: 'memo, inputs and messages of errors would stand in clear in files and at the collector',
    changes: [
      {
        file: 'platform/runtime/tracing.ts',
        from: 'new AllowListSpanProcessor(new FanOut(takers))',
        to: 'new FanOut(takers)',
      },
    ],
    test: unit('host/collector', 'is sent spans as OTLP in JSON'),
  },
  {
    name: 'a collector shows who it is',
    why: 'any server with a certificate of ours, or whoever sits at its address, would be sent every trace',
    changes: [
      {
        file: collector,
        from: 'renewedPeerAgent(config, collectorName)',
        to: 'renewedServerAgent(config)',
      },
      {
        file: collector,
        from: 'import { renewedPeerAgent }',
        to: 'import { renewedServerAgent }',
      },
    ],
    test: unit('host/collector', 'with another identity is sent nothing'),
  },
  {
    name: 'a collector holds up no end',
    why: 'a process that stops while its collector is away would fail, and leave the rest of it unstopped',
    changes: [
      {
        file: 'platform/runtime/tracing.ts',
        from: 'provider.shutdown().catch(() => undefined)',
        to: 'provider.shutdown()',
      },
    ],
    test: unit('host/collector', 'that takes nothing ends no process'),
  },
  {
    name: 'trace files have a bound',
    why: 'spans are written by default: they would fill the disk of the databases beside them',
    changes: [
      {
        file: 'platform/runtime/trace-file.ts',
        from: '      renameSync(this.file, `${this.file}.1`);\n',
        to: '',
      },
    ],
    test: unit('runtime/tracing', 'are kept up to a bound'),
  },
  {
    name: 'lines of an attempt end with it',
    why: 'what a process logs later would be taken for a part of a saga it has nothing to do with',
    changes: [
      {
        file: 'platform/runtime/log-context.ts',
        from: 'return present.run({ ...present.getStore(), ...data }, work);',
        to: 'present.enterWith({ ...present.getStore(), ...data });\n  return work();',
      },
    ],
    test: unit('host/step-tracing', 'logs under its saga, step, attempt and trace'),
  },
];
