import { metricNames } from '../../../platform/runtime/metric-names';
import { jwksLimits } from '../../../platform/security/jwks';
import { until } from '../../up/api-client';
import { shot } from '../attack';
import type { Attack, AttackTarget, Shot } from '../attack';
import { answerTo, kidOf, underKey } from '../bearer';
import { freshToken, openRealm } from '../realm';
import { metricOf } from '../metrics';

const person = 'dave';
const refused = '401 TOKEN_INVALID';

/** A flood: so many tokens, or as many as there are answers to in the time; and how many at once. */
const flood = { tokensMax: 5_000, msMax: 10_000, tokensMin: 200, atOnce: 40 } as const;
/** Between two honest requests during it. */
const honestPauseMs = 100;

/** How often the gateway asked Keycloak for the realm's keys. */
const questionsOf = (target: AttackTarget) => metricOf(target, 'gateway', metricNames.jwksReads);

/** How many times each answer came. */
function counted(answers: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return [...counts].map(([answer, count]) => `${count} times ${answer}`).join(', ');
}

/** Honest requests, one behind the other, until told to end; answers what came and how long the slowest 1 % took. */
function honestRequests(target: AttackTarget, token: string) {
  let isOver = false;
  const answers: string[] = [];
  const tookMs: number[] = [];
  const run = (async () => {
    while (!isOver || answers.length === 0) {
      const startedMs = performance.now();
      answers.push(await answerTo(target, token));
      tookMs.push(performance.now() - startedMs);
      await new Promise((resume) => setTimeout(resume, honestPauseMs));
    }
  })();
  return {
    async end() {
      isOver = true;
      await run;
      tookMs.sort((one, other) => one - other);
      return { answers, p99Ms: Math.round(tookMs[Math.floor(tookMs.length * 0.99)] ?? 0) };
    },
  };
}

const manyKeys: Attack = {
  row: 'S9',
  title: 'thousands of tokens under key ids that nobody has',
  source: 'go-oidc#482, fastapi-zitadel-auth#156',
  beyond:
    'the same with Keycloak stopped: test/chaos/away; and that others are answered as fast as before',
  async run(target) {
    const token = await target.api.token(person);
    const before = await questionsOf(target);
    const startedMs = performance.now();
    const honest = honestRequests(target, token);
    const answers: string[] = [];
    const send = async () => {
      const isOver = () =>
        answers.length + flood.atOnce > flood.tokensMax ||
        performance.now() - startedMs > flood.msMax;
      while (!isOver()) {
        answers.push(await answerTo(target, underKey(token)));
      }
    };
    await Promise.all(Array.from({ length: flood.atOnce }, send));
    const seconds = (performance.now() - startedMs) / 1_000;
    if (answers.length < flood.tokensMin) throw new Error(`only ${answers.length} were answered`);
    const { answers: heard, p99Ms } = await honest.end();
    const asked = (await questionsOf(target)) - before;
    const allowed = 1 + Math.floor((seconds * 1_000) / jwksLimits.coolDownMs);
    const told = `${answers.length} tokens in ${seconds.toFixed(1)} s`;
    return [
      shot(
        `questions to Keycloak, ${told}`,
        `at most ${allowed}`,
        asked <= allowed ? `at most ${allowed}` : asked,
      ),
      shot('answers', `${answers.length} times ${refused}`, counted(answers)),
      shot(
        `honest requests meanwhile, p99 ${p99Ms} ms`,
        `${heard.length} times 200`,
        counted(heard),
      ),
    ];
  },
};

/** Waits until the gateway may ask for unknown keys again. */
async function coolDown(target: AttackTarget): Promise<void> {
  await until('the gateway to be allowed a question', 2 * jwksLimits.coolDownMs, async () => {
    const ageSeconds = await metricOf(target, 'gateway', metricNames.jwksAge);
    return ageSeconds * 1_000 > jwksLimits.coolDownMs ? true : undefined;
  });
}

const newKey: Attack = {
  row: 'S10',
  title: 'a new signing key, and one that was taken away',
  source: 'OpenID Connect Core 10.1.1',
  beyond: 'how long keys are believed when Keycloak is away: test/chaos/away',
  alone: true,
  async run(target) {
    const honest = await target.api.token(person);
    const shots: Shot[] = [shot('a token of the key before', 200, await answerTo(target, honest))];
    await coolDown(target);
    const takeAway = await openRealm(target).addSigningKey();
    let isAway = false;
    try {
      const token = await freshToken(target, person);
      const isNew = kidOf(token) !== kidOf(honest);
      shots.push(
        shot('the realm signs', 'with the new key', `with the ${isNew ? 'new' : 'old'} key`),
      );
      shots.push(shot('first token of the new key', 200, await answerTo(target, token)));
      shots.push(shot('a token of the key before, again', 200, await answerTo(target, honest)));
      await takeAway();
      isAway = true;
      await coolDown(target);
      // Any token that makes the gateway ask: from then on it knows that the key is gone.
      shots.push(shot('unknown key', refused, await answerTo(target, underKey(token))));
      shots.push(shot('a token of the key taken away', refused, await answerTo(target, token)));
      shots.push(shot('a token of the key that stayed', 200, await answerTo(target, honest)));
    } finally {
      if (!isAway) await takeAway();
    }
    return shots;
  },
};

/** Attacks on the keys that tokens are held against. */
export const keyAttacks: readonly Attack[] = [manyKeys, newKey];
