import type { ReadinessReport } from '../../platform/http/health';
import { keptFor } from '../../platform/runtime/kept-for';

/** How a part does: as it should, slower, or not at all. */
export type PartState = 'works' | 'slowed' | 'away';

export interface PartStatus {
  readonly name: string;
  readonly state: PartState;
  /** What it means for whoever needs it now. */
  readonly text: string;
}

/** What people can do at this moment. */
export interface PlatformStatus {
  /** `away` when sagas can be neither started nor looked at. */
  readonly state: 'works' | 'degraded' | 'away';
  readonly parts: readonly PartStatus[];
  readonly asOf: string;
}

/** An answer stands so long: anybody may ask, and each question asks every dependency. Milliseconds. */
export const statusLimits = { keptMs: 2_000 } as const;

interface Part {
  readonly name: string;
  /** Readiness checks that it stands on. */
  readonly needs: readonly string[];
  /** Where one of them fails. */
  readonly without: { readonly state: PartState; readonly text: string };
}

const away = (text: string) => ({ state: 'away', text }) as const;
const slowed = (text: string) => ({ state: 'slowed', text }) as const;
const starting = 'Start a saga';
const looking = 'Look at sagas and orders';

const parts: readonly Part[] = [
  {
    ...{ name: starting, needs: ['temporal', 'keys', 'services'] },
    without: away('Refused for now; nothing of it is kept. Sagas under way wait, none is lost.'),
  },
  {
    ...{ name: 'Act on a saga', needs: ['temporal', 'keys'] },
    without: away('Refused for now: come again with the same Idempotency-Key.'),
  },
  {
    ...{ name: looking, needs: ['read-model'] },
    without: away('Lists do not answer; a single saga still does.'),
  },
  {
    ...{ name: 'Sign in', needs: ['auth-server'] },
    without: away('Tokens at hand are good to their end; there are no new ones.'),
  },
  {
    ...{ name: 'Cache and shared counters', needs: ['redis'] },
    without: slowed('Answers come from the databases; limits are counted by each gateway alone.'),
  },
  {
    ...{ name: 'Finding services', needs: ['consul'] },
    without: slowed('Services are asked where they were last; new ones are not found.'),
  },
];

/** Checks of one service each are named so. */
const serviceCheck = 'service ';

function serviceParts(checks: ReadinessReport['checks']): readonly Part[] {
  return Object.keys(checks)
    .filter((name) => name.startsWith(serviceCheck))
    .map((check) => ({
      name: `Service ${check.slice(serviceCheck.length)}`,
      needs: [check],
      without: away('What needs it is refused; steps of sagas wait for it.'),
    }));
}

/** What a readiness report means to people; reasons are left out, since anybody may read it. */
export function statusOf({ checks }: ReadinessReport, asOf: Date): PlatformStatus {
  const found = [...parts, ...serviceParts(checks)].map(({ name, needs, without }): PartStatus => {
    const isWell = needs.every((check) => checks[check]?.ready === true);
    return { name, ...(isWell ? { state: 'works', text: '' } : without) };
  });
  const isAway = (part: string) => found.find(({ name }) => name === part)?.state === 'away';
  const isWhole = found.every(({ state }) => state === 'works');
  const none = isAway(starting) && isAway(looking);
  const state = none ? 'away' : isWhole ? 'works' : 'degraded';
  return { state, parts: found, asOf: asOf.toISOString() };
}

/** Asks the dependencies once for everybody who wants to know within two seconds. */
export function createStatus(
  readiness: () => Promise<ReadinessReport>,
  now: () => number = Date.now,
): () => Promise<PlatformStatus> {
  const look = async () => statusOf(await readiness(), new Date(now()));
  const kept = keptFor(look, { keptMs: statusLimits.keptMs, now });
  return () => kept(undefined);
}
