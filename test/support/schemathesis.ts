import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { provisionSchemathesis } from '../../stack/provision/schemathesis';

/** What one run of the client found. */
export interface ApiRun {
  /** Requests it made. */
  readonly requests: number;
  /** Answers by status. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Operations it made requests of. */
  readonly operations: ReadonlySet<string>;
  /** Answers that are not as the document says, and operations it could not make requests of. */
  readonly problems: readonly string[];
}

export interface ApiRunOptions {
  readonly url: string;
  readonly caFile: string;
  readonly token: string;
  /** `coverage` walks the edges of each schema, `fuzzing` draws from it. */
  readonly phases: readonly ('examples' | 'coverage' | 'fuzzing')[];
  readonly examples: number;
  readonly seed: number;
  /** Members of paths that name what is there, instead of drawn ones. */
  readonly known?: Readonly<Record<string, string>>;
}

const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
];

/**
 * Lets schemathesis make requests out of the document of a running gateway and compare each answer with it: status,
 * media type, headers and body; any 5xx is a failure. Nothing is left on disk.
 */
export async function runSchemathesis(options: ApiRunOptions): Promise<ApiRun> {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-api-'));
  try {
    const said = await run(folder, options);
    const [report] = readdirSync(folder).filter((name) => name.endsWith('.ndjson'));
    if (report === undefined) throw new Error(`schemathesis wrote no report: ${said}`);
    return readReport(readFileSync(path.join(folder, report), 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(folder: string, options: ApiRunOptions): Promise<string> {
  const { url, caFile, token, phases, examples, seed, known = {} } = options;
  const { binary, env } = await provisionSchemathesis();
  const configFile = path.join(folder, 'schemathesis.toml');
  const members = Object.entries(known).map(([name, value]) => `"path.${name}" = "${value}"`);
  writeFileSync(configFile, `[parameters]\n${members.join('\n')}\n`);
  const told = [
    ...['--config-file', configFile, '--no-color', 'run', `${url}/openapi.json`],
    ...['--tls-verify', caFile, '--header', `Authorization: Bearer ${token}`],
    ...['--phases', phases.join(','), '--max-examples', String(examples), '--seed', String(seed)],
    ...['--checks', checks.join(','), '--continue-on-failure', '--no-shrink'],
    ...['--generation-database', 'none', '--suppress-health-check', 'all', '--warnings', 'off'],
    ...['--report', 'ndjson', '--report-dir', folder],
  ];
  const child = spawn(binary, told, { cwd: folder, env: { ...process.env, ...env } });
  let said = '';
  const hear = (chunk: Buffer): void => void (said = (said + chunk.toString()).slice(-4_000));
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  await once(child, 'close');
  return said;
}

interface Check {
  readonly name: string;
  readonly status: string;
  readonly failure?: unknown;
}

/** Lines of the report that say something; the others are passed over. */
interface Line {
  readonly ScenarioFinished?: {
    readonly recorder: {
      readonly label: string;
      readonly checks?: Readonly<Record<string, readonly Check[]>>;
      readonly interactions?: Readonly<
        Record<string, { readonly response: { readonly status_code: number } | null }>
      >;
    };
  };
  readonly NonFatalError?: { readonly label: string; readonly value: unknown };
  readonly FatalError?: unknown;
}

/** What a report says; a check that failed and a request without an answer are problems. */
function readReport(text: string): ApiRun {
  const statuses = new Map<number, number>();
  const operations = new Set<string>();
  const problems: string[] = [];
  let requests = 0;
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const { ScenarioFinished, NonFatalError, FatalError } = JSON.parse(line) as Line;
    if (NonFatalError !== undefined) {
      problems.push(`${NonFatalError.label}: ${JSON.stringify(NonFatalError.value)}`);
    }
    if (FatalError !== undefined) problems.push(JSON.stringify(FatalError));
    if (ScenarioFinished === undefined) continue;
    const { label, checks: checked = {}, interactions = {} } = ScenarioFinished.recorder;
    for (const { response } of Object.values(interactions)) {
      requests += 1;
      operations.add(label);
      if (response === null) problems.push(`${label}: no answer`);
      else statuses.set(response.status_code, (statuses.get(response.status_code) ?? 0) + 1);
    }
    for (const failed of Object.values(checked).flat()) {
      if (failed.status !== 'success') problems.push(`${label}: ${JSON.stringify(failed)}`);
    }
  }
  return { requests, statuses, operations, problems };
}
