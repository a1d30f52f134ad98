import { placeOrder } from '../../workflows/place-order.saga';
import { referencePath, referenceText } from '../explain/reference';
import { configurationPage, configurationPath } from './configuration';
import { eventTypesPage, eventTypesPath } from './event-types';
import { commandReference, commandReferencePath } from './markdown';
import { metricsPage, metricsPath } from './metrics/page';
import { drawnSteps } from './pictures/drawn-steps';
import { fencePicture } from './pictures/fence';
import { overviewPicture } from './pictures/overview';
import { sagaPicture } from './pictures/saga';
import { stackPicture } from './pictures/stack';

/** An order that is so large that a person looks at it, so that every step is in the picture. */
const largeOrder = {
  ...{ orderId: 'o-1', customerId: 'c-1', lines: [{ sku: 'lamp', quantity: 1 }] },
  payment: { amountCents: 600_000, currency: 'EUR' },
};

/** Everything in `docs/` that is written from the code, by its path from the root of the project. */
export async function generatedPages(): Promise<Readonly<Record<string, string>>> {
  return {
    [referencePath]: referenceText(),
    [commandReferencePath]: commandReference(),
    [configurationPath]: configurationPage(),
    [eventTypesPath]: eventTypesPage(),
    [metricsPath]: metricsPage(),
    'docs/pictures/overview.svg': overviewPicture(),
    'docs/pictures/place-order.svg': sagaPicture(
      placeOrder.contract.name,
      await drawnSteps(placeOrder, largeOrder),
    ),
    'docs/pictures/fence.svg': fencePicture(),
    'docs/pictures/stack.svg': stackPicture(),
  };
}
