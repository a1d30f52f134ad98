import { setTimeout as delay } from 'node:timers/promises';
import { request, WebSocket } from 'undici';
import type { CpuProfile } from './summary';

/** Where Node listens once a process was sent SIGUSR1. */
const listUrl = 'http://127.0.0.1:9229/json/list';
const patienceMs = 5_000;
/** How long an answer is waited for; a thread that is at work answers between two turns. */
const answerMs = 30_000;
/** Between two samples, microseconds. */
const samplingInterval = 500;

/** Said where a process cannot be looked into. */
export class ProfileError extends Error {}

/** One thread of a process, profiled. */
export interface ThreadProfile {
  readonly thread: string;
  readonly profile: CpuProfile;
}

type Send = (method: string, params?: object) => Promise<Record<string, unknown>>;

interface Session {
  readonly send: Send;
  /** The threads beside the main one, by name. */
  readonly threads: ReadonlyMap<string, Send>;
  close(): void;
}

async function debuggerUrl(): Promise<string | undefined> {
  try {
    const { body } = await request(listUrl);
    const [target] = (await body.json()) as { webSocketDebuggerUrl?: string }[];
    return target?.webSocketDebuggerUrl;
  } catch {
    return undefined;
  }
}

async function opened(pid: number): Promise<string> {
  if ((await debuggerUrl()) !== undefined) {
    throw new ProfileError('another process is being looked into (port 9229); end that first');
  }
  try {
    process.kill(pid, 'SIGUSR1');
  } catch {
    throw new ProfileError(`there is no process ${pid} that listens to us`);
  }
  for (const untilMs = performance.now() + patienceMs; performance.now() < untilMs;) {
    const url = await debuggerUrl();
    if (url !== undefined) return url;
    await delay(100);
  }
  throw new ProfileError(`process ${pid} opened no inspector within ${patienceMs / 1_000} s`);
}

/** Numbers what is sent, and hands each answer to whoever asked; no question outlives its time or the connection. */
export function asking(write: (message: string) => void, limitMs = answerMs) {
  const waiting = new Map<number, Waiting>();
  let last = 0;
  const send: Send = (method, params = {}) =>
    new Promise((resolve, reject) => {
      last += 1;
      const id = last;
      const fail = (why: string) => {
        waiting.delete(id);
        clearTimeout(late);
        reject(new ProfileError(`${method}: ${why}`));
      };
      const late = setTimeout(() => fail(`no answer within ${limitMs / 1_000} s`), limitMs);
      const heard: Waiting['heard'] = (result) => {
        waiting.delete(id);
        clearTimeout(late);
        resolve(result);
      };
      waiting.set(id, { heard, fail });
      write(JSON.stringify({ id, method, params }));
    });
  const heard = ({ id, result = {} }: { id?: number; result?: Record<string, unknown> }): void => {
    if (id !== undefined) waiting.get(id)?.heard(result);
  };
  const hungUp = (): void => [...waiting.values()].forEach(({ fail }) => fail('it hung up'));
  return { send, heard, hungUp };
}

interface Waiting {
  readonly heard: (result: Record<string, unknown>) => void;
  readonly fail: (why: string) => void;
}

interface Told {
  readonly id?: number;
  readonly result?: Record<string, unknown>;
  readonly method?: string;
  readonly params?: {
    readonly sessionId: string;
    readonly workerInfo?: { readonly title: string };
    readonly message?: string;
  };
}

async function openSession(url: string): Promise<Session> {
  const socket = new WebSocket(url);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('error', () => reject(new ProfileError('the inspector hung up')));
  });
  const main = asking((message) => socket.send(message));
  const ofSession = new Map<string, ReturnType<typeof asking>>();
  const threads = new Map<string, Send>();
  const begin = (sessionId: string, title: string) => {
    const thread = asking((message) => {
      // Whether the thread answers is what its own question waits for.
      const passed = main.send('NodeWorker.sendMessageToWorker', { sessionId, message });
      passed.catch(() => undefined);
    });
    ofSession.set(sessionId, thread);
    threads.set(title, thread.send);
  };
  socket.addEventListener('message', ({ data }) => {
    const told = JSON.parse(String(data)) as Told;
    const { sessionId = '', workerInfo, message } = told.params ?? {};
    if (told.method === 'NodeWorker.attachedToWorker') begin(sessionId, workerInfo?.title ?? '?');
    else if (message === undefined) main.heard(told);
    else ofSession.get(sessionId)?.heard(JSON.parse(message) as Told);
  });
  socket.addEventListener('close', () => {
    for (const one of [main, ...ofSession.values()]) one.hungUp();
  });
  await main.send('NodeWorker.enable', { waitForDebuggerOnStart: false });
  return { send: main.send, threads, close: () => socket.close() };
}

/** Profiles every JavaScript thread of a Node process for so long; the process goes on meanwhile, a little slower. */
export async function profileOf(
  pid: number,
  seconds: number,
  signal: AbortSignal,
): Promise<readonly ThreadProfile[]> {
  const session = await openSession(await opened(pid));
  try {
    const sends = [['main', session.send] as const, ...session.threads];
    for (const [, send] of sends) {
      await send('Profiler.enable');
      await send('Profiler.setSamplingInterval', { interval: samplingInterval });
      await send('Profiler.start');
    }
    await delay(seconds * 1_000, undefined, { signal }).catch(() => undefined);
    const profiles: ThreadProfile[] = [];
    for (const [thread, send] of sends) {
      const { profile } = await send('Profiler.stop');
      profiles.push({ thread, profile: profile as CpuProfile });
    }
    return profiles;
  } finally {
    // The process stops listening when nobody is connected any more, so that the next one can be looked into.
    const expression = 'setTimeout(() => process._debugEnd(), 100)';
    await session.send('Runtime.evaluate', { expression }).catch(() => undefined);
    session.close();
  }
}
