import { setTimeout as delay } from 'node:timers/promises';
import { recallEnvironment } from '../../stack/recall';
import { findRunning } from '../../stack/running';
import type { RunningStack } from '../../stack/running';
import { ask } from '../../stack/servers/https-request';
import { gatewayOf, until } from '../up/api-client';
import { isPlatformProcess } from '../up/world';
import { victimsOf } from './faults';
import type { FaultKind, Victim } from './faults';
import { handLimits } from './hands';
import type { Hands } from './hands';
import type { Hit } from './plan';
import type { Target } from './storm';

const ofOwn: readonly FaultKind[] = ['kill', 'stop', 'freeze', 'restart'];
/** Nobody starts a server of `npm start` again, so none of them is killed. */
const ofServers: readonly FaultKind[] = ['stop', 'freeze', 'cut'];

/** What can be done to a stack that somebody else runs. */
export function runningVictims(brokers: 1 | 3): readonly Victim[] {
  return victimsOf(brokers)
    .map((victim) => {
      const allowed = isPlatformProcess(victim.name) ? ofOwn : ofServers;
      return { ...victim, kinds: victim.kinds.filter((kind) => allowed.includes(kind)) };
    })
    .filter(({ kinds }) => kinds.length > 0);
}

/** The stack of `npm start` in a state folder as a target; only processes that its own files name are touched. */
export function runningTarget(
  stateDir: string,
  signal: AbortSignal,
): { readonly target: Target; readonly brokers: 1 | 3 } {
  const stack = findRunning(stateDir);
  const environmentFor = recallEnvironment(stateDir);
  const urlOf = (name: string) => `https://localhost:${environmentFor(name).HOLDFAST_HTTP_PORT}`;
  const target: Target = {
    ...gatewayOf(environmentFor),
    ...{ environmentFor, signal, isOurs: false },
    hands: handsOver(stack, (name) => `${urlOf(name)}/readyz`),
  };
  return { target, brokers: stack.brokers };
}

const signals: Partial<Record<FaultKind, NodeJS.Signals>> = {
  kill: 'SIGKILL',
  restart: 'SIGTERM',
  stop: 'SIGSTOP',
  freeze: 'SIGSTOP',
  cut: 'SIGSTOP',
};

function handsOver(stack: RunningStack, readyUrl: (name: string) => string): Hands {
  const victims = new Map(runningVictims(stack.brokers).map((victim) => [victim.name, victim]));
  const processOf = ({ victim, kind }: Hit) =>
    (kind === 'cut' ? victims.get(victim)?.front : undefined) ?? victim;
  return {
    async strike(hit) {
      const signal = signals[hit.kind];
      const name = processOf(hit);
      const before = stack.pidOf(name);
      if (signal === undefined || !stack.signal(name, signal)) return 'missed';
      if (hit.kind === 'kill' || hit.kind === 'restart') {
        await until(`${name} to end`, handLimits.readyMs, async () =>
          stack.pidOf(name) === before ? undefined : true,
        );
      }
      return 'struck';
    },
    async lift(hit) {
      const name = processOf(hit);
      if (signals[hit.kind] === 'SIGSTOP') stack.signal(name, 'SIGCONT');
      if (!isPlatformProcess(name)) return;
      await until(`${name} to answer`, handLimits.readyMs, async () => {
        await delay(100);
        return ask(stack, { url: readyUrl(name) }).then(
          () => true,
          () => undefined,
        );
      });
    },
  };
}
