import type { Names } from './names';

/** What a service that `holdfast new service` wrote keeps one of, as a saga needs to know it. */
export interface Kept {
  readonly service: string;
  readonly aggregate: string;
  /** Of its routes. */
  readonly plural: string;
}

/** A saga of one service: it makes one of what the service keeps, and confirms it. */
export function sagaOfService(names: Names, kept: Kept): Readonly<Record<string, string>> {
  const { kebab } = names;
  return {
    [`workflows/${kebab}.contract.ts`]: contractOf(names, kept),
    [`workflows/${kebab}.saga.ts`]: sagaOf(names, kept),
    [`workflows/${kebab}.verify.ts`]: recipeOf(names, kept),
  };
}

const contractOf = (
  { kebab, camel, title }: Names,
  { service, aggregate }: Kept,
): string => `import { z } from 'zod';
import { identifier } from '../activities/values';
import { defineSagaContract } from '../platform/saga/contract';

/** ${title}: makes one ${aggregate}, and confirms it. */
export const ${camel}Contract = defineSagaContract({
  name: '${kebab}',
  title: '${title}',
  input: z.strictObject({ ${aggregate}Id: identifier, customerId: identifier, item: identifier }),
  roles: ['customer', 'admin'],
  fromCaller: { customerId: 'subject' },
  businessKey: (input) => input.${aggregate}Id,
  deadlineMs: 5 * 60_000,
  sends: ['${service}.make', '${service}.confirm'],
});
`;

const sagaOf = (
  { kebab, camel }: Names,
  { service, aggregate }: Kept,
): string => `import { ${service} } from '../activities/${service}/contract';
import { defineSaga } from '../platform/saga';
import { ${camel}Contract as contract } from './${kebab}.contract';

export const ${camel} = defineSaga(contract, async (saga, input) => {
  const { ${aggregate}Id, customerId, item } = input;
  await saga.step('make ${aggregate}', ${service}.make({ ${aggregate}Id, customerId, item }), {
    undo: ${service}.cancel({ ${aggregate}Id }),
  });
  await saga.pivot('confirm ${aggregate}', ${service}.confirm({ ${aggregate}Id }));
});
`;

const recipeOf = (
  { kebab, camel }: Names,
  { aggregate, plural }: Kept,
): string => `import { defineRecipe, differences } from '../platform/saga/recipe';
import { ${camel}Contract as contract } from './${kebab}.contract';

/** One ${aggregate}; everything is named after the run, so that runs do not meet. */
export const ${camel}Recipe = defineRecipe(contract, {
  prepare: async ({ name }) => ({
    ${aggregate}Id: name,
    customerId: \`customer-\${name}\`,
    item: 'sample',
  }),
  async check({ get }, { input, outcome }) {
    const isDone = outcome === 'completed';
    const found = await get(\`/${plural}/\${input.${aggregate}Id}\`);
    // Undone before it was ever made, there is none at all.
    if (found === undefined && !isDone) return [];
    return differences('${aggregate}', found, { status: isDone ? 'confirmed' : 'cancelled' });
  },
});
`;
