import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Control } from '../up/control';
import { isPlatformProcess } from '../up/world';
import type { FaultKind, Victim } from './faults';
import type { Hit } from './plan';

/** What a storm does to its victims. */
export interface Hands {
  /** Does it; resolves once it is so. Answers `missed` where a crash point was not come by in time. */
  strike(hit: Hit): Promise<'struck' | 'missed'>;
  /** Ends it; resolves once the victim answers again. */
  lift(hit: Hit): Promise<void>;
}

/** Milliseconds. A point is come by within its patience under any load, or not at all. */
export const handLimits = { pointMs: 20_000, readyMs: 120_000 } as const;

export interface HandsOptions {
  readonly control: Control;
  readonly victims: readonly Victim[];
  /** Where processes leave word that a crash point was come by. */
  readonly crashDir: string;
}

/** The hands of a storm over a world that can be started again, server by server. */
export function handsOf(options: HandsOptions): Hands {
  const byName = new Map(options.victims.map((victim) => [victim.name, victim]));
  const of = (hit: Hit): Hands => {
    const victim = byName.get(hit.victim);
    if (victim === undefined) throw new RangeError(`there is no victim ${hit.victim}`);
    return isPlatformProcess(victim.name)
      ? ownHands(options, victim.name)
      : serverHands(options.control, victim);
  };
  return { strike: (hit) => of(hit).strike(hit), lift: (hit) => of(hit).lift(hit) };
}

const struck = (act: Promise<void>) => act.then(() => 'struck' as const);

function ownHands({ control, crashDir }: HandsOptions, name: string): Hands {
  const isStopped = ({ kind, point }: Hit) =>
    kind === 'stop' || kind === 'freeze' || point?.endsWith('/stop') === true;
  return {
    strike: ({ kind, point = '' }) => {
      if (kind === 'crash') return crash(control, name, { point, crashDir });
      if (kind === 'restart') return struck(control('stop', name));
      if (kind === 'kill') return struck(control('kill', name));
      return struck(control('signal', name, 'SIGSTOP'));
    },
    async lift(hit) {
      if (hit.kind === 'restart') await control('start', name);
      if (isStopped(hit)) await control('signal', name, 'SIGCONT');
      await control('await', name);
    },
  };
}

/**
 * Arms the point for a process that is started afresh, and waits until somebody came by. That may be before it is
 * ready: then it is not waited for, since one that is stopped never will be.
 */
async function crash(
  control: Control,
  name: string,
  { point, crashDir }: { readonly point: string; readonly crashDir: string },
): Promise<'struck' | 'missed'> {
  // A folder for each time: the same point may be armed again, and must not find the word of the first.
  const folder = path.join(crashDir, `${name}-${process.hrtime.bigint()}`);
  mkdirSync(folder, { recursive: true });
  const env = { HOLDFAST_CRASH_POINTS: point, HOLDFAST_CRASH_DIR: folder };
  const [key = ''] = point.split('=');
  const marker = path.join(folder, `${key.replace(':', '_')}.fired`);
  let untilMs = Number.POSITIVE_INFINITY;
  let failed: Error | undefined;
  control('restart-with', name, JSON.stringify(env)).then(
    () => (untilMs = performance.now() + handLimits.pointMs),
    (error: unknown) => (failed = error instanceof Error ? error : new Error(String(error))),
  );
  while (!existsSync(marker)) {
    if (failed !== undefined) throw failed;
    if (performance.now() > untilMs) {
      await control('start', name); // or it would fire later, into another fault
      return 'missed';
    }
    await delay(50);
  }
  return 'struck';
}

function serverHands(control: Control, victim: Victim): Hands {
  const { name, front } = victim;
  const server: string = victim.server ?? name;
  // A broker is hit alone; of every other server all that belongs to it, but not what stands in front.
  const only = front === undefined && name === server ? '' : ` ${name}`;
  const strikes: Record<Exclude<FaultKind, 'crash'>, () => Promise<void>> = {
    kill: () => control('halt', server, `kill${only}`),
    restart: () => control('halt', server, `ask${only}`),
    stop: () => control('signal-server', server, `SIGSTOP${only}`),
    freeze: () => control('signal-server', server, `SIGSTOP${only}`),
    cut: () => control('signal-server', server, `SIGSTOP ${front ?? name}`),
  };
  return {
    strike: ({ kind }) => (kind === 'crash' ? Promise.resolve('missed') : struck(strikes[kind]())),
    async lift() {
      // Whatever was stopped goes on; what was not stopped does not mind.
      await control('signal-server', server, 'SIGCONT');
      await control('revive', server);
    },
  };
}
