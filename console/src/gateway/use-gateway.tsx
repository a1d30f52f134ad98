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

/** Whoever is logged in, as far as it decides what they are offered. */
export function useViewer(): Pick<Session, 'roles'> & Partial<Pick<Session, 'owner'>> {
  return useContext(SessionContext) ?? { roles: [] };
}

/** What was asked for: the last answer stays while the next is on its way, and after it failed. */
export interface Asked<Answer> {
  readonly answer: Answer | undefined;
  readonly problem: ShownProblem | undefined;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

type State<Answer> = Omit<Asked<Answer>, 'reload'>;

const unasked = { answer: undefined, problem: undefined, isLoading: true } as const;

/**
 * A turn counts up to ask again. While an answer is on its way the next turn waits for it: what changes all the time must
 * not keep a slow answer from ever arriving.
 */
function useTurns() {
  const [turn, setTurn] = useState(0);
  const flight = useRef({ isOn: false, isWantedAgain: false });
  const reload = useCallback(() => {
    if (flight.current.isOn) flight.current.isWantedAgain = true;
    else setTurn((count) => count + 1);
  }, []);
  const began = (): void => void (flight.current = { isOn: true, isWantedAgain: false });
  const landed = (): void => {
    const { isWantedAgain } = flight.current;
    flight.current = { isOn: false, isWantedAgain: false };
    if (isWantedAgain) setTurn((count) => count + 1);
  };
  return { turn, reload, began, landed };
}

/** Asks anew when one of `about` changes or `reload` is called; an answer about something else is thrown away. */
export function useAnswer<Answer>(
  ask: (signal: AbortSignal) => Promise<Answer>,
  about: readonly unknown[],
): Asked<Answer> {
  const [state, setState] = useState<State<Answer>>(unasked);
  const { turn, reload, began, landed } = useTurns();
  const key = JSON.stringify(about);
  const lastKey = useRef(key);
  useEffect(() => {
    const over = new AbortController();
    const isOther = lastKey.current !== key;
    lastKey.current = key;
    began();
    setState((now) => (isOther ? unasked : { ...now, isLoading: true }));
    const settle = (next: (now: State<Answer>) => State<Answer>): void => {
      if (over.signal.aborted) return;
      setState(next);
      landed();
    };
    ask(over.signal).then(
      (answer) => settle(() => ({ answer, problem: undefined, isLoading: false })),
      (error: unknown) =>
        settle(({ answer }) => ({ answer, problem: problemOf(error), isLoading: false })),
    );
    return () => over.abort();
  }, [key, turn]);
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
