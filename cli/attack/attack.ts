import type { ApiClient } from '../up/api-client';
import type { Ports } from '../../stack/ports';
import type { Forge } from './forge';

/** A running stack that is attacked, and what an attacker who sits beside it may hold. */
export interface AttackTarget {
  /** State folder of the stack: logs, databases, and where its secrets live. */
  readonly stateDir: string;
  readonly gatewayUrl: string;
  readonly issuer: string;
  /** Our authority, PEM. */
  readonly ca: Buffer;
  readonly api: ApiClient;
  readonly environmentFor: (name: string) => Readonly<Record<string, string>>;
  readonly ports: Ports;
  /** Names of the processes that run now, servers and our own, by process id. */
  readonly processes: () => ReadonlyMap<number, string>;
  /** Of the stack, by name, such as the password of Keycloak's administrator. */
  readonly secret: (name: string) => string;
  /** Certificates that our authority would never issue, made with its key; and those of other authorities. */
  readonly forge: Forge;
}

/** One try: what was sent, what should come of it, and what did. */
export interface Shot {
  readonly name: string;
  readonly expected: string;
  readonly seen: string;
  readonly held: boolean;
}

/** A requirement as an attack on it. Throws only where the attack itself cannot be carried out. */
export interface Attack {
  /** Number of the requirement, for good. */
  readonly row: string;
  readonly title: string;
  /** Where the requirement comes from. */
  readonly source: string;
  /** What this attack does not show, and what does. */
  readonly beyond?: string;
  /** Set where others on the stack would notice it: a test carries it out while nothing else runs. */
  readonly alone?: true;
  run(target: AttackTarget): Promise<readonly Shot[]>;
}

export type Verdict = 'held' | 'broken' | 'not carried out';

export interface AttackResult extends Pick<Attack, 'row' | 'title' | 'source' | 'beyond'> {
  readonly verdict: Verdict;
  readonly shots: readonly Shot[];
  /** Why it was not carried out. */
  readonly problem?: string;
  readonly ms: number;
}

/** Compares by text, so that the report shows both sides as they are. */
export function shot(name: string, expected: string | number, seen: string | number): Shot {
  return {
    ...{ name, expected: String(expected), seen: String(seen) },
    held: String(expected) === String(seen),
  };
}

/** The same where several answers are as good. */
export function shotAmong(name: string, expected: readonly string[], seen: string): Shot {
  return { name, expected: expected.join(' or '), seen, held: expected.includes(seen) };
}

/** Carries one attack out. One without a shot has shown nothing, and counts as not carried out. */
export async function carryOut(attack: Attack, target: AttackTarget): Promise<AttackResult> {
  const { row, title, source, beyond } = attack;
  const about = { row, title, source, ...(beyond === undefined ? {} : { beyond }) };
  const startedMs = performance.now();
  const ms = () => Math.round(performance.now() - startedMs);
  try {
    const shots = await attack.run(target);
    if (shots.length === 0) throw new Error('nothing was tried');
    const verdict = shots.every(({ held }) => held) ? 'held' : 'broken';
    return { ...about, verdict, shots, ms: ms() };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { ...about, verdict: 'not carried out', shots: [], problem, ms: ms() };
  }
}
