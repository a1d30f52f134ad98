import { referencePath, referenceText } from '../explain/reference';
import { configurationPage, configurationPath } from './configuration';
import { eventTypesPage, eventTypesPath } from './event-types';
import { commandReference, commandReferencePath } from './markdown';
import { metricsPage, metricsPath } from './metrics/page';
import { ownPictures } from './own-pictures';
import { fencePicture } from './pictures/fence';
import { overviewPicture } from './pictures/overview';
import { stackPicture } from './pictures/stack';

/** Everything in `docs/` that is written from the code, by its path from the root of the project. */
export async function generatedPages(): Promise<Readonly<Record<string, string>>> {
  return {
    [referencePath]: referenceText(),
    [commandReferencePath]: commandReference(),
    [configurationPath]: configurationPage(),
    [eventTypesPath]: eventTypesPage(),
    [metricsPath]: metricsPage(),
    'docs/pictures/overview.svg': overviewPicture(),
    'docs/pictures/fence.svg': fencePicture(),
    'docs/pictures/stack.svg': stackPicture(),
    ...(await ownPictures()),
  };
}
