import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import type { BundlerPlugin } from '@temporalio/worker';
import { projectRoot } from '../runtime/paths';
import { startTracing } from '../runtime/tracing';
import { failureConverterPath } from '../security/keys/temporal-codec';

/** Sources when run from sources, compiled files when run from `dist`: the bundler reads both. */
const extension = path.extname(__filename);

/** The registry of sagas: what the workflow bundle starts from. */
const registryFile = path.join(__dirname, '..', '..', 'workflows', `index${extension}`);

/** What copies the saga's grant to everything the saga asks for. */
const grantInterceptorsFile = path.join(__dirname, 'grants', `interceptors${extension}`);

/** What tells undos where their step was sent forward. */
const traceInterceptorsFile = path.join(__dirname, 'traces', `interceptors${extension}`);

/**
 * What a thread of workflows loads once, for all its sagas, and freezes: the engine, and the library of schemas. Any
 * other module runs anew for each saga, which then has its state for itself. These have none, which
 * `test/tidy/shared-modules.test.ts` holds. A saga's own files may have some, and are not among them; nor is what they
 * are made of, since a frozen schema cannot parse.
 */
export function sharedModules(): readonly string[] {
  const engine = ['index', path.join('journal', 'contract')];
  const files = engine.map((name) => path.join(__dirname, `${name}${extension}`));
  return ['zod', grantInterceptorsFile, traceInterceptorsFile, ...files];
}

/** Where the orchestrator looks when it is not told otherwise. */
export const defaultBundleFile = path.join(projectRoot, 'dist', 'workflow-bundle.js');

export interface BundleOptions {
  /** Module that exports the sagas; ours unless told. */
  readonly workflowsPath?: string;
}

/**
 * Bundles every saga with the engine and the interceptors of grants and traces into one file, which a worker loads in a
 * tenth of the time. Interceptors belong to the bundle: histories made with other ones do not replay. Messages and
 * stacks of failures become payloads in it, which a worker's codec seals; histories without that replay all the same.
 */
export async function buildWorkflowBundle(
  outFile: string = defaultBundleFile,
  options: BundleOptions = {},
): Promise<void> {
  const tracing = startTracing({ serviceName: 'bundle', register: false });
  const { code } = await bundleWorkflowCode({
    workflowsPath: options.workflowsPath ?? registryFile,
    failureConverterPath,
    // Behind the plugin's own, whose header they read.
    plugins: [tracing.plugin, withInterceptors(traceInterceptorsFile)],
    workflowInterceptorModules: [grantInterceptorsFile],
    preloadModules: [...sharedModules()],
    logger: new DefaultLogger('ERROR'),
  });
  mkdirSync(path.dirname(outFile), { recursive: true });
  writeFileSync(outFile, code);
}

function withInterceptors(file: string): BundlerPlugin {
  return {
    name: 'holdfast-interceptors',
    configureBundler: ({ workflowInterceptorModules = [], ...options }) => ({
      ...options,
      workflowInterceptorModules: [...workflowInterceptorModules, file],
    }),
  };
}

if (require.main === module) {
  void buildWorkflowBundle(process.argv[2]);
}
