import type { Names } from './names';

/**
 * A saga of the participants that are there, as somebody would write it by hand to begin with: it runs and holds under
 * every fault before a line of it is changed.
 */
export function sagaFiles(names: Names): Readonly<Record<string, string>> {
  const { kebab } = names;
  return {
    [`workflows/${kebab}.contract.ts`]: contractOf(names),
    [`workflows/${kebab}.saga.ts`]: sagaOf(names),
    [`workflows/${kebab}.verify.ts`]: recipeOf(names),
  };
}

const contractOf = ({ kebab, camel, title }: Names): string => `import { z } from 'zod';
import { amountCents, currency, identifier, orderLines } from '../activities/values';
import { defineSagaContract } from '../platform/saga/contract';

/** ${title}: opens the order, reserves stock, ships. */
export const ${camel}Contract = defineSagaContract({
  name: '${kebab}',
  title: '${title}',
  input: z.strictObject({
    orderId: identifier,
    customerId: identifier,
    lines: orderLines,
    value: z.strictObject({ amountCents, currency }),
  }),
  roles: ['admin'],
  businessKey: (input) => input.orderId,
  deadlineMs: 5 * 60_000,
  sends: ['orders.open', 'inventory.reserve', 'inventory.ship'],
});
`;

const sagaOf = ({
  kebab,
  camel,
}: Names): string => `import { inventory } from '../activities/inventory/contract';
import { orders } from '../activities/orders/contract';
import { defineSaga } from '../platform/saga';
import { ${camel}Contract as contract } from './${kebab}.contract';

export const ${camel} = defineSaga(contract, async (saga, input) => {
  const { orderId, customerId, lines, value } = input;
  await saga.step('open order', orders.open({ orderId, customerId, lines, ...value }), {
    undo: orders.reject({ orderId }),
  });
  await saga.step('reserve stock', inventory.reserve({ orderId, lines, ...value }), {
    undo: inventory.release({ orderId }),
  });
  await saga.pivot('ship', inventory.ship({ orderId }));
  await saga.retriable('confirm order', orders.confirm({ orderId }));
});
`;

const recipeOf = ({
  kebab,
  camel,
}: Names): string => `import { defineRecipe, differences } from '../platform/saga/recipe';
import { ${camel}Contract as contract } from './${kebab}.contract';

const pieces = 10;

/** Two of ten pieces; everything is named after the run, so that runs do not meet. */
export const ${camel}Recipe = defineRecipe(contract, {
  async prepare({ name, post }) {
    const sku = \`sku-\${name}\`;
    await post('/products', { sku, name: 'Lamp', priceCents: 1_200, currency: 'EUR' });
    await post(\`/products/\${sku}/receipts\`, { quantity: pieces });
    return {
      orderId: \`order-\${name}\`,
      customerId: \`customer-\${name}\`,
      lines: [{ sku, quantity: 2 }],
      value: { amountCents: 2_400, currency: 'EUR' as const },
    };
  },
  async check({ name, get }, { input, outcome }) {
    const isDone = outcome === 'completed';
    const shipped = isDone ? 2 : 0;
    const order = await get(\`/orders/\${input.orderId}\`);
    const stock = await get(\`/products/sku-\${name}\`);
    return [
      ...differences('stock', stock, { available: pieces - shipped, reserved: 0, shipped }),
      // Undone before it was ever opened, there is no order at all.
      ...(order === undefined && !isDone
        ? []
        : differences('order', order, { status: isDone ? 'confirmed' : 'rejected' })),
    ];
  },
});
`;
