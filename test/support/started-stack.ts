import { spawn } from 'node:child_process';
import { until } from '../../cli/up/api-client';

/** A stack that runs, as somebody started it in a terminal. */
export interface StartedStack {
  /** Everything it has said so far, the guide at the end of the start included. */
  readonly heard: () => string;
  /** The first two lines it proposes: `TOKEN=$(…)`, and a command that uses it. */
  readonly login: string;
  readonly first: string;
  /** Ctrl-C, and the wait for its end. */
  readonly stop: () => Promise<void>;
}

/** Longest a start may take where everything is fetched and compiled, milliseconds; shorter than any test. */
const startMsUsual = 240_000;

export interface StartOptions {
  /** Of `holdfast up`. */
  readonly options?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Longer where servers have to be fetched. */
  readonly startMs?: number;
}

/**
 * Does what `npm start` does in `folder`, on a free block of ports, and answers with the guide printed. Not through
 * npm: a shell in between might keep the signal of the stop to itself.
 */
export async function startStack(
  folder: string,
  { options = [], env = process.env, startMs = startMsUsual }: StartOptions = {},
): Promise<StartedStack> {
  const words = ['cli/bootstrap.js', 'up', '--port-base', '0', ...options];
  const child = spawn(process.execPath, words, { cwd: folder, env });
  let heard = '';
  child.stdout.resume();
  child.stderr.on('data', (data: Buffer) => (heard += String(data)));
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGINT');
    await exited;
  };
  try {
    await until('the guide', startMs, async () => {
      if (child.exitCode !== null) throw new Error(heard);
      return heard.includes('Ctrl-C stops everything.') ? heard : undefined;
    });
  } catch (error) {
    await stop();
    throw error;
  }
  const [login = '', first = ''] = (heard.split('Try next:\n')[1] ?? '').split('\n');
  return { heard: () => heard, login: login.trim(), first: first.trim(), stop };
}
