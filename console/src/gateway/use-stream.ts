import type { EventSourceMessage } from 'eventsource-parser';
import { useEffect, useRef, useState } from 'preact/hooks';
import { readStream } from './stream';
import type { StreamState } from './stream';
import { problemOf } from './problem';
import type { ShownProblem } from './problem';
import { useGateway } from './use-gateway';

export interface Streamed {
  readonly state: StreamState;
  readonly problem: ShownProblem | undefined;
}

/** A person may have few streams, so a page that nobody looks at gives its own back. */
function useIsSeen(): boolean {
  const [isSeen, setSeen] = useState(!document.hidden);
  useEffect(() => {
    const look = (): void => setSeen(!document.hidden);
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  return isSeen;
}

/** Follows a stream while the page is seen; without a path there is none. */
export function useStream(
  path: string | undefined,
  onEvent: (event: EventSourceMessage) => void,
): Streamed {
  const { send } = useGateway();
  const isSeen = useIsSeen();
  const [state, setState] = useState<StreamState>('connecting');
  const [problem, setProblem] = useState<ShownProblem>();
  const last = useRef(onEvent);
  last.current = onEvent;
  useEffect(() => {
    if (path === undefined || !isSeen) return undefined;
    const over = new AbortController();
    const { signal } = over;
    setProblem(undefined);
    readStream({
      ...{ send, path, signal },
      onEvent: (event) => last.current(event),
      onState: (next) => {
        if (!signal.aborted) setState(next);
      },
    }).catch((error: unknown) => {
      if (!signal.aborted) setProblem(problemOf(error));
    });
    return () => over.abort();
  }, [path, isSeen, send]);
  return { state, problem };
}
