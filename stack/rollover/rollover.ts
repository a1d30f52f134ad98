import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lifeMs as lifeOf, readCertificate, writeWhole } from '../authority';
import { issueLeaf } from '../certificates';
import { reloadServers } from '../renewal/renew';
import type { Reach } from '../servers/server';
import {
  believe,
  filesOf,
  forgetOld,
  makeNext,
  namesNotOf,
  promote,
  readAuthorities,
  retiredOf,
} from './authorities';
import type { Authorities } from './authorities';
import { brokersAsStarted } from './controllers';
import { locked } from './lock';
import { lookLimits, lookerOf } from './look';
import { RolloverRefused, behind, refusalOf } from './stages';
import type { ListenerSeen, Position, Stage } from './stages';

/**
 * What was signed by a leaf of the authority before is good for a minute: a grant of an operator. Nothing is retired
 * sooner, milliseconds. A process that read its leaf just before it was replaced signs within `signsMs` of that. One
 * leaf is issued every `paceMs`: whoever follows opens everything anew, and not all shall in the same moment.
 */
export const rolloverLimits = { settleMs: 65_000, signsMs: 30_000, paceMs: 2_000 } as const;

export interface RolloverOptions {
  /** How many sagas that began before a moment go on: their grants are of the authority before. None unless told. */
  readonly sagasBegunBefore?: (at: Date) => Promise<number>;
  /** Retires although there are some. */
  readonly isDespiteSagas?: boolean;
  readonly say?: (line: string) => void;
  /** How long the last listener may take, milliseconds; two minutes unless told. */
  readonly arriveMs?: number;
  /** Between two leaves, milliseconds; two seconds unless told. */
  readonly paceMs?: number;
}

/** What a stage has come to. */
export interface StageReport {
  readonly stage: Stage;
  readonly position: Position;
  readonly listeners: readonly ListenerSeen[];
  /** Listeners to which it has not come; where there are some, the same stage is to be carried out again. */
  readonly behind: readonly string[];
  /** Servers that could not be told, with what they said. */
  readonly notTold: Readonly<Record<string, string>>;
}

/**
 * Carries out a stage of the rollover, or goes on with it where it was interrupted; safe to repeat. Throws
 * {@link RolloverRefused} where the stage before has not come to every listener that runs.
 */
export function carryOut(
  reach: Reach,
  stage: Stage,
  options: RolloverOptions = {},
): Promise<StageReport> {
  return locked(filesOf(reach).lock, () => acts[stage](reach, options));
}

type StageOf = Pick<RolloverOptions, 'arriveMs'> & { readonly stage: Stage };

type Act = (reach: Reach, options: RolloverOptions) => Promise<StageReport>;

const acts: Readonly<Record<Stage, Act>> = {
  async trust(reach, options) {
    await demand(reach, 'trust');
    const authorities = await makeNext(reach);
    believe(reach, [authorities.old, authorities.new]);
    return settle(reach, { stage: 'trust', ...options }, authorities);
  },
  async reissue(reach, options) {
    const authorities = await promote(reach, await demand(reach, 'reissue'));
    believe(reach, [authorities.new, authorities.old]);
    const issued = await issueAll(reach, authorities, options);
    options.say?.(`${issued} certificates issued by the new authority`);
    return settle(reach, { stage: 'reissue', ...options }, authorities);
  },
  async retire(reach, options) {
    const known = await readAuthorities(reach);
    if (known.position === 'settled' && retiredOf(reach).length > 0) return retired(reach, known);
    const authorities = await demand(reach, 'retire');
    await demandNoSagas(reach, options);
    believe(reach, [authorities.new]);
    const report = await settle(reach, { stage: 'retire', ...options }, authorities);
    if (report.behind.length > 0) return report;
    forgetOld(reach, authorities);
    return { ...report, position: 'settled' };
  },
};

/** The authorities, if the stage may begin. */
async function demand(reach: Reach, stage: Stage): Promise<Authorities> {
  const authorities = await readAuthorities(reach);
  const { position } = authorities;
  const isLooked = position !== 'settled' && position !== stage;
  const refusal = refusalOf(stage, {
    position,
    seen: isLooked ? await lookerOf(reach, authorities).look() : [],
    areLeavesNew: existsSync(filesOf(reach).reissuedAt),
    asStarted: brokersAsStarted(reach, position),
  });
  if (refusal !== undefined) throw refusal;
  return authorities;
}

/** Issues every leaf that is not of the new authority, each for as long as the one before; answers how many. */
async function issueAll(
  reach: Reach,
  { new: authority }: Authorities,
  { paceMs = rolloverLimits.paceMs }: RolloverOptions,
): Promise<number> {
  const { certsDir: directory } = reach;
  const { reissuedAt } = filesOf(reach);
  const names = await namesNotOf(reach, authority);
  for (const [at, name] of names.entries()) {
    if (at > 0) await delay(paceMs);
    const known = readCertificate(path.join(directory, `${name}.crt`));
    const lifeMs = known && lifeOf(known);
    await issueLeaf(authority, { directory, name, ...(lifeMs ? { lifeMs } : {}) });
  }
  if (names.length > 0 || !existsSync(reissuedAt)) writeWhole(reissuedAt, new Date().toISOString());
  return names.length;
}

/** It is done already: all that can be shown is what everybody shows. */
async function retired(reach: Reach, authorities: Authorities): Promise<StageReport> {
  const listeners = await lookerOf(reach, authorities).look();
  const { position } = authorities;
  const late = behind('reissue', listeners);
  return { stage: 'retire', position, listeners, behind: late, notTold: {} };
}

/** Everybody is told, and looked at, until the stage has come to them; who is behind is told again. */
async function settle(
  reach: Reach,
  { stage, arriveMs = lookLimits.arriveMs }: StageOf,
  authorities: Authorities,
): Promise<StageReport> {
  const looker = lookerOf(reach, authorities);
  const deadlineMs = performance.now() + arriveMs;
  let late = await looker.running();
  let notTold: Readonly<Record<string, string>> = {};
  for (;;) {
    notTold = await reloadServers(reach, late);
    const waitMs = Math.min(lookLimits.tellAgainMs, deadlineMs - performance.now());
    const seen = await looker.untilArrived(stage, { listeners: late, arriveMs: waitMs });
    const names = behind(stage, seen);
    late = late.filter(({ name }) => names.includes(name));
    if (late.length === 0 || performance.now() > deadlineMs) break;
  }
  const listeners = await looker.look();
  const { position } = authorities;
  const missed = Object.entries(notTold).filter(([name]) =>
    late.some((one) => one.certificate === name),
  );
  return {
    ...{ stage, position, listeners, behind: behind(stage, listeners) },
    notTold: Object.fromEntries(missed),
  };
}

/** What was signed under the authority before would be refused in the middle. */
async function demandNoSagas(
  reach: Reach,
  { sagasBegunBefore, isDespiteSagas = false, say }: RolloverOptions,
): Promise<void> {
  const atMs = Date.parse(readFileSync(filesOf(reach).reissuedAt, 'utf8'));
  const count = await sagasBegunBefore?.(new Date(atMs + rolloverLimits.signsMs));
  if (count !== undefined && count > 0 && !isDespiteSagas) {
    throw new RolloverRefused(
      'SAGAS_UNDER_OLD_AUTHORITY',
      `${count} sagas that go on were granted under the authority before`,
      'wait until they have ended, or retire it --despite-sagas: they then take no step forward',
    );
  }
  const leftMs = atMs + rolloverLimits.settleMs - Date.now();
  if (leftMs <= 0) return;
  say?.(`what was signed a minute ago is still good: ${Math.ceil(leftMs / 1000)} s are waited for`);
  await delay(leftMs);
}
