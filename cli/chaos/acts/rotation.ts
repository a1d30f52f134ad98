import { jwksLimits } from '../../../platform/security/jwks';
import { auditOnce } from '../../up/audit';
import { createApiClient, gatewayOf } from '../../up/api-client';
import { shot } from '../../attack/attack';
import type { Shot } from '../../attack/attack';
import type { Stage } from '../stage';
import { authority } from '../rotation/authority';
import { dataKeys } from '../rotation/data-keys';
import { leaves } from '../rotation/leaves';
import { failureText, grouped, startLoad } from '../rotation/load';
import type { LoadSeen, LoadTold } from '../rotation/load';
import { signingKey } from '../rotation/signing-key';
import { drillWorld } from '../rotation/world';
import type { Turn } from '../rotation/world';
import { wrappingKey } from '../rotation/wrapping-key';

/** What can be replaced, in the order in which it is. */
export const rotationTurns = {
  'signing-key': () => signingKey,
  'wrapping-key': () => wrappingKey,
  'data-keys': () => dataKeys,
  certificates: (lifeMs: number) => leaves(lifeMs),
  authority: () => authority,
} as const satisfies Readonly<Record<string, (lifeMs: number) => Turn>>;

export type TurnKey = keyof typeof rotationTurns;

export interface RotationOptions {
  /** Reads a second, beside customers who order one piece after the other. */
  readonly rate: number;
  /** How many customers; four unless told. */
  readonly buyers?: number;
  /** How long the certificates are good for that end in the drill, milliseconds. */
  readonly leafLifeMs: number;
  /** What is replaced; everything unless told. */
  readonly only?: TurnKey;
  readonly say: (line: string) => void;
}

/** One kind of secret that was replaced. */
export interface TurnResult {
  readonly name: string;
  readonly seconds: number;
  readonly shots: readonly Shot[];
}

export interface RotationResult extends LoadTold {
  /** Requests a second, those of customers included. */
  readonly perSecond: number;
  readonly turns: readonly TurnResult[];
  readonly problems: readonly string[];
}

/**
 * Undisturbed before the first turn, milliseconds: who has just read the realm's keys does not read them again so soon,
 * and would take a token of a new one for a forgery.
 */
const calmMs = jwksLimits.coolDownMs + 2_000;

/**
 * Replaces everything that a running system keeps secret, one kind after the other, under load: the realm's signing
 * key, the key-encryption key, the data keys, all certificates, the old ones of which end meanwhile, and the authority
 * that signs them. No request and no saga may fail; what was replaced must be refused afterwards; and the audit of a
 * system at rest must agree.
 */
export async function runRotation(
  stage: Stage,
  { rate, leafLifeMs, only, say, ...crowd }: RotationOptions,
): Promise<RotationResult> {
  const api = createApiClient(gatewayOf(stage.arena.environmentFor));
  try {
    const load = await startLoad(api, rate, crowd);
    const turns: TurnResult[] = [];
    let stopped: LoadTold;
    try {
      if (only !== 'certificates') await new Promise((resume) => setTimeout(resume, calmMs));
      const world = drillWorld(stage, { api, load, say });
      const keys = Object.keys(rotationTurns) as TurnKey[];
      for (const key of keys.filter((one) => only === undefined || one === only)) {
        const turn = rotationTurns[key](leafLifeMs);
        const result = await carriedOut(turn, () => turn.run(world));
        turns.push(result);
        say(progressOf(result, load.seen));
      }
    } finally {
      stopped = await load.stop();
    }
    const { violations } = await auditOnce({ stack: stage.arena });
    const perSecond = Math.round(stopped.requests / Math.max(1, stopped.seconds));
    return {
      ...stopped,
      ...{ perSecond, turns },
      problems: [
        ...grouped(stopped.failed).map((one) => `failed: ${one}`),
        ...turns.flatMap(({ name, shots }) =>
          shots.filter(({ held }) => !held).map((one) => wrong(name, one)),
        ),
        ...violations.map((one) => `audit: ${JSON.stringify(one)}`),
        ...(stopped.sagas === 0 ? ['no saga was started: nothing was shown'] : []),
      ],
    };
  } finally {
    await api.close();
  }
}

/** A turn that cannot be carried out has shown nothing, which is a problem; the load goes on for the next one. */
async function carriedOut(
  { name }: Turn,
  run: () => Promise<readonly Shot[]>,
): Promise<TurnResult> {
  const beganMs = performance.now();
  const shots = await run().catch((error: unknown) => [
    shot('carried out', 'yes', `no: ${failureText(error)}`),
  ]);
  return { name, seconds: Math.round((performance.now() - beganMs) / 1000), shots };
}

function progressOf({ name, seconds }: TurnResult, { requests, sagas, failed }: LoadSeen): string {
  const told = `${name}: ${seconds} s; ${requests} requests, ${sagas} sagas, ${failed.length} failed`;
  return failed.length === 0 ? told : `${told}: ${grouped(failed).slice(0, 3).join('; ')}`;
}

const wrong = (turn: string, { name, expected, seen }: Shot): string =>
  `${turn}: ${name}: expected ${expected}, seen ${seen}`;

/** What was replaced, what clients noticed, and what of the old is left. */
export function rotationLines(result: RotationResult): readonly string[] {
  const { requests, perSecond, sagas, failed, p99Ms, seconds, turns, problems } = result;
  const told = `${requests} requests in ${seconds} s (${perSecond}/s, p99 ${p99Ms} ms), ${sagas} sagas`;
  return [
    `${problems.length === 0 ? '✓' : '✗'} rotation: ${told}, ${failed.length} failed`,
    ...turns.flatMap(({ name, seconds: took, shots }) => [
      `  ${name}, ${took} s`,
      ...shots.map(({ name: what, seen, held }) => `    ${held ? '✓' : '✗'} ${what}: ${seen}`),
    ]),
    ...problems.map((problem) => `  PROBLEM ${problem}`),
  ];
}
