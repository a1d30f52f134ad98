import { execFile } from 'node:child_process';
import path from 'node:path';
import { projectRoot } from '../../platform/runtime/paths';
import { environmentFor } from './world';

/** One run of the command line. */
export interface Run {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** The command line, as a person runs it: in a process of its own, against the world of this test run. */
function holdfast(subject: string, user: string, words: readonly string[]): Promise<Run> {
  const environment = environmentFor('gateway');
  const place = [
    ...['--url', `https://localhost:${environment.HOLDFAST_HTTP_PORT}`],
    ...['--issuer', String(environment.HOLDFAST_ISSUER)],
    ...['--ca', String(environment.HOLDFAST_CA_FILE), '--user', user],
  ];
  const program = path.join(projectRoot, 'dist', 'cli', 'holdfast.js');
  return new Promise((resolve) => {
    execFile(process.execPath, [program, subject, ...words, ...place], (error, out, err) => {
      resolve({ exitCode: typeof error?.code === 'number' ? error.code : 0, out, err });
    });
  });
}

/** `holdfast sagas`. */
export function holdfastSagas(user: string, ...words: string[]): Promise<Run> {
  return holdfast('sagas', user, words);
}

/** `holdfast dead-letters`. */
export function holdfastDeadLetters(user: string, ...words: string[]): Promise<Run> {
  return holdfast('dead-letters', user, words);
}
