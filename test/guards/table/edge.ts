import type { Guard } from '../guard';
import { unit } from '../guard';

const client = 'platform/discovery/service-client.ts';

/** What a stranger at the edge, or one sick instance behind it, may do to everybody else. */
export const edgeGuards: readonly Guard[] = [
  {
    name: 'a stranger’s trace is linked to and not gone on with',
    why: 'any caller could switch the trace of a saga off, or put all sagas into one trace',
    changes: [
      {
        file: 'platform/http/tracing.ts',
        from: 'const parent = joins(request) ? told : ROOT_CONTEXT;',
        to: 'const parent = told;',
      },
    ],
    test: unit('http/traces', 'begins its own, linked to it and recorded, where anybody may call'),
  },
  {
    name: 'refused tokens count',
    why: 'whoever tries tokens out could do so as fast as he likes',
    changes: [
      {
        file: 'platform/security/guard.ts',
        from: "      if (triedOut.has(error.reason)) await guard.admit?.(request, 'refused');\n",
        to: '',
      },
    ],
    test: unit('gateway/edge', 'whoever tries tokens out is answered 429'),
  },
  {
    name: 'a deadline holds its timer',
    why: 'a timeout that nobody holds is collected and never fires: a call, or a question to Consul, would wait for ever',
    changes: [
      {
        file: 'platform/runtime/deadline.ts',
        from: 'signal: controller.signal,',
        to: 'signal: AbortSignal.any([...sources, AbortSignal.timeout(ms)]),',
      },
    ],
    test: unit('runtime/deadline', 'fires although nobody holds its timer'),
  },
  {
    name: 'a first try leaves time for a second',
    why: 'an instance that accepts and never answers would eat the deadline of every read it meets',
    changes: [
      {
        file: client,
        from: 'isIdempotent(asked) && picked.hasOthers && budget.spend()',
        to: 'false',
      },
    ],
    test: unit('discovery/service-client', 'a read leaves an instance that never answers in time'),
  },
  {
    name: 'a first try has all the time where there is no second',
    why: 'where every instance is slow, reads would be cut off that would have been answered',
    changes: [{ file: client, from: 'picked.hasOthers && budget.spend()', to: 'true' }],
    test: unit('discovery/service-client', 'a slow answer of the only instance is waited for'),
  },
  {
    name: 'a write without a key is sent once',
    why: 'what was done before the connection was lost would be done a second time',
    changes: [
      {
        file: client,
        from: 'return hasKey && connectionLost.has(code);',
        to: 'return connectionLost.has(code);',
      },
    ],
    test: unit('discovery/service-client', 'a write that may have been done is not sent again'),
  },
  {
    name: 'second tries end',
    why: 'where every instance is bad, each call would make it twice as bad',
    changes: [{ file: client, from: '      if (left < 1) return false;\n', to: '' }],
    test: unit('discovery/service-client', 'second tries end before they are as many as the calls'),
  },
  {
    name: 'unknown commands share a series',
    why: 'whoever may schedule activities could make the metrics of a service grow without end',
    changes: [
      {
        file: 'platform/participant/handle.ts',
        from: `Object.hasOwn(contract.commands, message.command)
        ? message.command
        : 'unknown'`,
        to: 'message.command',
      },
    ],
    test: unit('participant/handle', 'is reported with its outcome, whatever it was'),
  },
  {
    name: 'health is answered however much there is to do',
    why: 'a process with too much to do would be taken for dead and killed, and the next one with it',
    changes: [
      {
        file: 'platform/http/app.ts',
        from: '    traceRequests(parts.joinsTraceOf),\n',
        to: '    traceRequests(parts.joinsTraceOf),\n    ...(parts.shed === undefined ? [] : [parts.shed]),\n',
      },
    ],
    test: unit('http/shedding', 'refuses reads with a code and a time to come back'),
  },
  {
    name: 'what people tell a saga is refused last',
    why: 'a flood of starts would keep operators from cancelling what it started',
    changes: [
      {
        file: 'platform/http/shedding.ts',
        from: 'shares: { start: 0.8, read: 0.9, act: 1 }',
        to: 'shares: { start: 1, read: 1, act: 1 }',
      },
    ],
    test: unit('http/shedding', 'starts fill eight tenths, reads nine'),
  },
  {
    name: 'a stream ends with its token',
    why: 'who was let in once would follow a saga for as long as he likes, whatever became of his rights',
    changes: [
      {
        file: 'gateway/routes/follow.ts',
        from: 'const timer = setTimeout(abort, Math.min(Math.max(0, leftMs), timerMsMax)).unref();',
        to: 'const timer = setTimeout(abort, timerMsMax + 0 * leftMs).unref();',
      },
    ],
    test: unit('gateway/stream', 'a stream ends with the token it was opened with'),
  },
  {
    name: 'a stream sends nothing older than what was seen',
    why: 'a saga would go back in the eyes of whoever follows it',
    changes: [
      {
        file: 'gateway/sagas/stream.ts',
        from: "return found.version > seen.version ? 'saga' : undefined;",
        to: "return 'saga';",
      },
    ],
    test: unit('gateway/stream', 'what a client has seen, and what is older'),
  },
  {
    name: 'no cache between us and a person keeps a saga',
    why: 'a proxy would show it to the next one who asks',
    changes: [
      {
        file: 'platform/security/guard.ts',
        from: "private: 'private, no-cache'",
        to: "private: 'public, max-age=60'",
      },
    ],
    test: unit('http/etag', 'is 304 without a body for who has it'),
  },
  {
    name: 'an answer that nobody takes holds no place',
    why: 'twenty clients that read nothing would have every other one refused',
    changes: [
      { file: 'platform/http/shedding.ts', from: '    whenAnswered(response, done);\n', to: '' },
    ],
    test: unit('http/shedding', 'a body that never ends and an answer that nobody takes'),
  },
  {
    name: 'a start that would only wait is refused',
    why: 'sagas would pile up behind the workers, each slower than the one before, until their deadlines undo them all',
    changes: [
      {
        file: 'platform/http/shedding.ts',
        from: "priority === 'start' && refusesStart() ? 'behind' : undefined",
        to: "priority === 'start' && !refusesStart ? 'behind' : undefined",
      },
    ],
    test: unit('http/shedding', 'a start that would only wait is refused with why'),
  },
  {
    name: 'a service that is away refuses no starts',
    why: 'its steps wait until it is back, and orders that others can begin would be turned away meanwhile',
    changes: [
      {
        file: 'gateway/sagas/backlog.ts',
        from: 'takenPerSecond <= 0 || count',
        to: 'takenPerSecond < 0 || count',
      },
    ],
    test: unit('gateway/backlog', 'the queue that waits longest counts'),
  },
  {
    name: 'a handful of old steps refuses no starts',
    why: 'one step of a service that was away for a minute would turn everybody away once it is back',
    changes: [
      {
        file: 'gateway/sagas/backlog.ts',
        from: 'count < backlogLimits.countMin',
        to: 'count < 0',
      },
    ],
    test: unit('gateway/backlog', 'a handful of old tasks'),
  },
  {
    name: 'a request ends with the time of its caller',
    why: 'nobody waits for the answer any more, and what is done for it takes the place of what is waited for',
    changes: [
      {
        file: 'platform/http/request-timeout.ts',
        from: 'return Math.min(ms, requestTimeoutLimits.maxMs);',
        to: 'return Math.max(ms, requestTimeoutLimits.maxMs);',
      },
    ],
    test: unit('http/request-timeout', 'an operation knows how long its caller still waits'),
  },
  {
    name: 'only proxies that are known are believed about a client',
    why: 'whoever writes X-Forwarded-For himself would have as many addresses, and so as many requests, as he likes',
    changes: [
      {
        file: 'platform/http/client-address.ts',
        from: 'while (proxies.has(address)) {',
        to: 'while (proxies.has(address) || hops.length > 1) {',
      },
    ],
    test: unit('http/client-address', 'one proxy, and a client that makes one up'),
  },
];
