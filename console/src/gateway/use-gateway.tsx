import { createContext } from 'preact';
import { useCallback, useContext, useEffect, useRef, useState } from 'preact/hooks';
import type { Session } from './answers';
import type { Gateway } from './client';
import { problemOf } from './problem';
import type { ShownProblem } from './problem';

export const GatewayContext = createContext<Gateway | undefined>(undefined);
export const SessionContext = createContext<Session | undefined>(undefined);

/** The gateway; pages are drawn below the shell, which gives it. */
export function useGateway(): Gateway {
  const gateway = useContext(GatewayContext);
  if (gateway === undefined) throw new Error('drawn outside of the shell');
  return gateway;
}

/** Roles of whoever is logged in; none before that is known. */
export function useRoles(): readonly string[] {
  return useContext(SessionContext)?.roles ?? [];
}

/** What was asked for: the last answer stays while the next is on its way, and after it failed. */
export interface Asked<Answer> {
  readonly answer: Answer | undefined;
  readonly problem: ShownProblem | undefined;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

/** Asks anew whenever one of `about` changes or `reload` is called; what came too late is thrown away. */
export function useAnswer<Answer>(
  ask: (signal: AbortSignal) => Promise<Answer>,
  about: readonly unknown[],
): Asked<Answer> {
  const [state, setState] = useState<Omit<Asked<Answer>, 'reload'>>({
    ...{ answer: undefined, problem: undefined, isLoading: true },
  });
  const [turn, setTurn] = useState(0);
  const key = JSON.stringify(about);
  const lastKey = useRef(key);
  useEffect(() => {
    const over = new AbortController();
    const isOther = lastKey.current !== key;
    lastKey.current = key;
    setState(({ answer, problem }) =>
      isOther
        ? { answer: undefined, problem: undefined, isLoading: true }
        : { answer, problem, isLoading: true },
    );
    ask(over.signal).then(
      (answer) => {
        if (!over.signal.aborted) setState({ answer, problem: undefined, isLoading: false });
      },
      (error: unknown) => {
        if (over.signal.aborted) return;
        setState(({ answer }) => ({ answer, problem: problemOf(error), isLoading: false }));
      },
    );
    return () => over.abort();
  }, [key, turn]);
  const reload = useCallback(() => setTurn((count) => count + 1), []);
  return { ...state, reload };
}

/** Calls again and again, but not while the page is out of sight. */
export function useEvery(everyMs: number, act: () => void, isOn = true): void {
  const last = useRef(act);
  last.current = act;
  useEffect(() => {
    if (!isOn) return undefined;
    const timer = setInterval(() => {
      if (!document.hidden) last.current();
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs, isOn]);
}
