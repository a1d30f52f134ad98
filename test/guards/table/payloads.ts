import type { Guard } from '../guard';
import { saga, unit } from '../guard';

const keys = (file: string): string => `platform/security/keys/${file}.ts`;
const codec = (title: string) => unit('security/temporal-codec', title);

/** Payloads in Temporal: sealed for one workflow, and nothing else is opened. */
export const payloadGuards: readonly Guard[] = [
  {
    name: 'a plaintext payload is not passed through',
    why: 'whoever reaches Temporal without a key could start sagas and answer their steps',
    changes: [
      {
        file: keys('temporal-payload'),
        from: "throw new EnvelopeRefused('FORMAT');\n  }\n  const sealed",
        to: 'return payload;\n  }\n  const sealed',
      },
    ],
    test: codec('that is refused and never passed through'),
  },
  {
    name: 'what the server says of an activity that had not begun is read',
    why: 'a saga whose step is cancelled before a worker took it would stand still for ever',
    changes: [
      {
        file: keys('temporal-codec'),
        from: '(isServers(payload, context) ? nothing : open(payload))',
        to: '(isServers({}, context) ? nothing : open(payload))',
      },
    ],
    test: codec('is nothing where the server says'),
  },
  {
    name: 'the word of the server counts for activities alone',
    why: 'it is plaintext, and whoever reaches Temporal could write it elsewhere',
    changes: [
      {
        file: keys('temporal-codec'),
        from: "context?.type === 'activity' &&",
        to: "context?.type !== 'none' &&",
      },
    ],
    test: codec('is nothing where the server says'),
  },
  {
    name: 'the workflow of a payload is the one that Temporal names',
    why: 'the input of one saga could be sent to another',
    changes: [
      {
        file: keys('temporal-payload'),
        from: 'return unpack(openBytes(sealed, derived, placeOf(place)));',
        to: "place = { ...place, workflowId: markOf(payload, 'workflowId') ?? '' };\n  return unpack(openBytes(sealed, derived, placeOf(place)));",
      },
    ],
    test: codec('is refused in '),
  },
  {
    name: 'a payload is sealed for its namespace',
    why: 'a payload of a saga in a test namespace would open in the one beside it',
    changes: [
      {
        file: keys('temporal-payload'),
        from: "['temporal', namespace, workflowId]",
        to: "['temporal', namespace === '' ? '' : 'any', workflowId]",
      },
    ],
    test: codec('is refused in '),
  },
  {
    name: 'without a workflow nothing is opened',
    why: 'what is sealed for no workflow could be put anywhere',
    changes: [
      {
        file: keys('temporal-codec'),
        from: "if (place === undefined) throw new EnvelopeRefused('AUTHENTICATION');",
        to: '',
      },
      {
        file: keys('temporal-codec'),
        from: 'const place = placeOf(context);',
        to: "const place = placeOf(context) ?? { namespace, workflowId: '' };",
      },
    ],
    test: codec('is refused where the SDK names no place at all'),
  },
  {
    name: 'a refused payload fails an activity for good',
    why: 'an input that nobody will ever open would be tried until the deadline',
    changes: [
      {
        file: keys('temporal-codec'),
        from: "return Object.defineProperty(failure, 'nonRetryable', kept);",
        to: 'return kept.enumerable ? failure : failure;',
      },
    ],
    test: codec('to open is final, whatever the SDK makes of it'),
  },
  {
    name: 'messages of failures are sealed',
    why: 'what went wrong with whose order would stand readable in every history',
    changes: [
      {
        file: keys('failure-converter'),
        from: 'encodeCommonAttributes: true',
        to: 'encodeCommonAttributes: false',
      },
    ],
    test: codec('has message and stack in a payload alone'),
  },
  {
    name: 'messages of sagas that fail are sealed',
    why: 'the sandbox of the sagas would go on writing them as text',
    changes: [
      {
        file: 'platform/saga/bundle.ts',
        from: 'failureConverterPath,',
        to: '',
      },
    ],
    test: saga('authoring', 'whose saga fails hears why, and Temporal is told'),
  },
  {
    name: 'payloads are read by operators alone',
    why: 'every customer could read what is in the sagas of all others',
    changes: [
      {
        file: 'gateway/routes/codec.ts',
        from: "roles: ['operator'],",
        to: "roles: ['operator', 'customer', 'admin', 'viewer'],",
      },
    ],
    test: unit('gateway/codec', 'are not read by '),
  },
  {
    name: 'payloads are read by pages of the Web UI alone',
    why: 'any page that an operator opens could read payloads with the operator’s cookie',
    changes: [
      {
        file: 'gateway/codec/origin.ts',
        from: "if (!origins.includes(origin)) throw problem('CALLER_NOT_ALLOWED');",
        to: '',
      },
    ],
    test: unit('gateway/codec', 'are not read by '),
  },
  {
    name: 'a cookie of the codec counts for pages alone',
    why: 'a form on any page could have payloads read in the name of an operator',
    changes: [
      {
        file: 'gateway/codec/session.ts',
        from: " && request.get('origin') !== undefined",
        to: '',
      },
    ],
    test: unit('gateway/codec', 'counts for pages of the Web UI alone'),
  },
  {
    name: 'a login ends in the browser that began it',
    why: 'an operator could be made to go on with the login of somebody else',
    changes: [
      {
        file: 'gateway/login/flow.ts',
        from: 'begun?.state === state &&',
        to: 'begun !== undefined &&',
      },
    ],
    test: unit('gateway/codec', ' is not completed'),
  },
  {
    name: 'a call to Temporal ends with its connection',
    why: 'tried again from a timer, it would end the whole process',
    changes: [
      {
        file: 'platform/host/lazy-temporal.ts',
        from: 'makeGrpcRetryInterceptor(defaultGrpcRetryOptions()), endWithConnection]',
        to: 'makeGrpcRetryInterceptor(defaultGrpcRetryOptions())]',
      },
    ],
    test: unit('host/lazy-temporal', 'ends with its connection'),
  },
];
