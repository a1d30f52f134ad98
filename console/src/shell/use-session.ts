import { useEffect, useState } from 'preact/hooks';
import type { Session } from '../gateway/answers';
import { problemOf } from '../gateway/problem';
import type { ShownProblem } from '../gateway/problem';
import { renewAheadMs } from '../gateway/session';
import type { SessionKeeper } from '../gateway/session';

/** A clock that is wrong, or a very short session, must not make the page renew without a pause. */
const renewMsMin = 5_000;

/** Whoever is logged in; renewed ahead of its end for as long as the page is open. */
export function useSession(keeper: SessionKeeper) {
  const [session, setSession] = useState<Session>();
  const [problem, setProblem] = useState<ShownProblem>();
  useEffect(() => {
    keeper.read().then(setSession, (error: unknown) => setProblem(problemOf(error)));
  }, [keeper]);
  useEffect(() => {
    if (session === undefined) return undefined;
    const leftMs = Date.parse(session.expiresAt) - Date.now() - renewAheadMs;
    const timer = setTimeout(
      () => {
        // Where it fails, the next request finds the session over, and leads to the login.
        keeper.renew().then(
          (next) => next && setSession(next),
          () => undefined,
        );
      },
      Math.max(leftMs, renewMsMin),
    );
    return () => clearTimeout(timer);
  }, [session, keeper]);
  return { session, problem };
}
