import path from 'node:path';
import { buildWorkflowBundle } from '../../../platform/saga/bundle';

/** Bundles one version of the fixtures in `releases/`; answers the file. */
export async function releaseBundle(folder: string, version: string): Promise<string> {
  const source = path.join(__dirname, '..', 'fixtures', 'releases', version);
  const bundle = path.join(folder, `${version}.js`);
  await buildWorkflowBundle(bundle, { workflowsPath: `${source}${path.extname(__filename)}` });
  return bundle;
}
