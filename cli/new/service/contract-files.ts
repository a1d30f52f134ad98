import type { StoreKind } from '../../../activities/list';
import type { ServiceNames } from './service-names';

/** Databases as people call them. */
export const storeTitles: Readonly<Record<StoreKind, string>> = {
  mongodb: 'MongoDB',
  postgresql: 'PostgreSQL',
  dynamodb: 'DynamoDB',
};

/** `contract.ts`: what sagas may ask of it. */
export const contractOf = ({ name, Name, aggregate, store }: ServiceNames): string => `\
import { z } from 'zod';
import { command, defineParticipant, undo } from '../../platform/kernel/contract';
import { identifier } from '../values';

const its${Name} = z.strictObject({ ${aggregate}Id: identifier });
const nothing = z.strictObject({});

/** ${Name}: each ${aggregate} is made by a saga, and confirmed or cancelled by it. Database: ${storeTitles[store]}. */
export const ${name} = defineParticipant('${name}', {
  make: command({
    input: z.strictObject({
      ${aggregate}Id: identifier,
      customerId: identifier,
      /** What is wanted. */
      item: identifier,
    }),
    result: nothing,
    refusals: ['ALREADY_MADE'],
  }),
  cancel: undo({ of: 'make', input: its${Name} }),
  confirm: command({ input: its${Name}, result: nothing, refusals: ['NOT_MADE'] }),
});
`;

/** `service.ts`: which decision each command is. */
export const serviceOf = ({ name, Name, aggregate, Aggregate }: ServiceNames): string => `\
import { defineService } from '../../platform/participant/service';
import { ${name} } from './contract';
import { cancel${Aggregate}, confirm${Aggregate}, make${Aggregate} } from './decider';
import { ${aggregate}Aggregate, evolve${Aggregate} } from './state';

const its${Aggregate} = (input: { readonly ${aggregate}Id: string }) => [
  ${aggregate}Aggregate(input.${aggregate}Id),
];

/** ${Name} as a participant. It has no data operations of its own: sagas alone write it. */
export const ${name}Service = defineService({
  participant: ${name},
  handlers: {
    make: { aggregates: its${Aggregate}, decide: make${Aggregate} },
    cancel: { reverse: cancel${Aggregate} },
    confirm: { aggregates: its${Aggregate}, decide: confirm${Aggregate} },
  },
  operations: {},
  aggregates: { ${aggregate}: { id: '${aggregate}Id', events: ['${aggregate}'] } },
  evolve: evolve${Aggregate},
});
`;

/** `operations.ts`: its API, as the gateway offers it to people too. */
export const operationsOf = (names: ServiceNames): string => {
  const { name, aggregate, Aggregate, plural } = names;
  return `\
import { z } from 'zod';
import { defineOperations } from '../../platform/security/operations';
import { apiCallers, ownerOrReader } from '../access';
import { identifier } from '../values';

/** Operations of the ${name} API. */
export const ${name}Operations = defineOperations({
  get${Aggregate}: {
    method: 'GET',
    path: '/${plural}/:${aggregate}Id',
    summary: 'One ${aggregate} as its service holds it',
    roles: ownerOrReader,
    callers: apiCallers,
    params: z.strictObject({ ${aggregate}Id: identifier }),
    answer: {
      status: 200,
      body: z.object({
        ...{ ${aggregate}Id: identifier, customerId: identifier, item: identifier },
        status: z.enum(['made', 'cancelled', 'confirmed']),
      }),
      text: 'As it is now',
    },
    tag: '${name}',
  },
});
`;
};

/** `api.ts`: what answers them. */
export const apiOf = (names: ServiceNames): string => {
  const { name, Name, aggregate, Aggregate } = names;
  return `\
import type { ApiParts } from '../../platform/host/hosted-service';
import { serviceApi } from '../../platform/host/hosted-service';
import { problem } from '../../platform/http/problem';
import { mayTouch } from '../../platform/security/operations';
import { readersOfAll } from '../access';
import { ${name}Operations } from './operations';
import type { ${Aggregate}State } from './state';
import { ${aggregate}Aggregate } from './state';

/** The ${name} API over its store. What is somebody else's is not found. */
export function open${Name}Api({ store }: ApiParts<${Aggregate}State>) {
  return serviceApi(${name}Operations, {
    async get${Aggregate}({ params, principal }) {
      const found = await store.readAggregate(${aggregate}Aggregate(params.${aggregate}Id));
      if (found === undefined || !mayTouch(principal, found.state.customerId, readersOfAll)) {
        throw problem('NOT_FOUND', { detail: \`no ${aggregate} \${params.${aggregate}Id} of yours\` });
      }
      const { ${aggregate}Id, customerId, item, status } = found.state;
      return { body: { ${aggregate}Id, customerId, item, status } };
    },
  });
}
`;
};
