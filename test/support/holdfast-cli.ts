import { execFile } from 'node:child_process';
import path from 'node:path';
import { gatewayOf } from '../../cli/up/api-client';
import { projectRoot } from '../../platform/runtime/paths';
import { environmentFor } from './world';

/** One run of the command line. */
export interface Run {
  /** Or, where it did not come to an end of its own, the signal that ended it, or why it was given up. */
  readonly exitCode: number | string;
  readonly out: string;
  readonly err: string;
}

/** Longest output of one run, bytes: a report with every finding. */
const outMax = 64_000_000;

/** The command line, as a person runs it: in a process of its own. `told` goes on top of this environment. */
export function runHoldfast(
  words: readonly string[],
  told: Readonly<Record<string, string>> = {},
): Promise<Run> {
  const program = path.join(projectRoot, 'dist', 'cli', 'holdfast.js');
  const options = { env: { ...process.env, ...told }, maxBuffer: outMax };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...words], options, (error, out, err) => {
      const exitCode = error === null ? 0 : (error.code ?? error.signal ?? 'unknown');
      resolve({ exitCode, out, err });
    });
  });
}

/** The same, as a user of the gateway of this test run. */
function holdfast(subject: string, user: string, words: readonly string[]): Promise<Run> {
  const { gatewayUrl, issuer, caFile } = gatewayOf(environmentFor);
  const place = [
    ...['--url', gatewayUrl],
    ...['--issuer', issuer],
    ...['--ca', caFile, '--user', user],
  ];
  return runHoldfast([subject, ...words, ...place]);
}

/** `holdfast sagas`. */
export function holdfastSagas(user: string, ...words: string[]): Promise<Run> {
  return holdfast('sagas', user, words);
}

/** `holdfast dead-letters`. */
export function holdfastDeadLetters(user: string, ...words: string[]): Promise<Run> {
  return holdfast('dead-letters', user, words);
}
