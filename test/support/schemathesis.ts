import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { requestTimeoutHeader } from '../../platform/http/request-timeout';
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
  /** Paths whose answers do not end by themselves. */
  readonly endless?: readonly string[];
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
  const { url, caFile, token, phases, examples, seed, endless = [], known = {} } = options;
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
    ...endless.flatMap((one) => ['--exclude-path', one]),
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

/** A request and its answer; checks are kept under the same id. */
interface Interaction {
  readonly request: { readonly uri: string; readonly headers: Readonly<Record<string, unknown>> };
  readonly response: { readonly status_code: number } | null;
}

/** A header value that it drew from the source of its own library, which takes it for an order: nothing was sent. */
const neverSent = 'urllib3.util.SKIP_HEADER only supports';

/** Whoever waits for a thousandth of a second is answered 504, as the document says. */
function isTheirDeadline({ request, response }: Interaction): boolean {
  const names = Object.keys(request.headers).map((name) => name.toLowerCase());
  return response?.status_code === 504 && names.includes(requestTimeoutHeader);
}

/** Lines of the report that say something; the others are passed over. */
interface Line {
  readonly ScenarioFinished?: {
    readonly recorder: {
      readonly label: string;
      readonly checks?: Readonly<Record<string, readonly Check[]>>;
      readonly interactions?: Readonly<Record<string, Interaction>>;
    };
  };
  readonly NonFatalError?: { readonly label: string; readonly value: { message?: unknown } };
  readonly FatalError?: unknown;
}

const isNeverSent = ({ message }: { message?: unknown }): boolean =>
  typeof message === 'string' && message.startsWith(neverSent);

/** What a report says; a check that failed and a request without an answer are problems. */
export function readReport(text: string): ApiRun {
  const statuses = new Map<number, number>();
  const operations = new Set<string>();
  const problems: string[] = [];
  let requests = 0;
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const { ScenarioFinished, NonFatalError, FatalError } = JSON.parse(line) as Line;
    if (NonFatalError !== undefined && !isNeverSent(NonFatalError.value)) {
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
    for (const [id, found] of Object.entries(checked)) {
      const interaction = interactions[id];
      const isAsked = interaction !== undefined && isTheirDeadline(interaction);
      for (const one of found) {
        if (one.status === 'success' || (isAsked && one.name === 'not_a_server_error')) continue;
        problems.push(`${label}: ${JSON.stringify(one)} ${interaction?.request.uri ?? ''}`);
      }
    }
  }
  return { requests, statuses, operations, problems };
}
