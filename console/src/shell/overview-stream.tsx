import { createContext } from 'preact';
import type { ComponentChildren } from 'preact';
import { useContext, useState } from 'preact/hooks';
import type { Overview } from '../gateway/answers';
import { useRoles } from '../gateway/use-gateway';
import { useStream } from '../gateway/use-stream';
import type { Streamed } from '../gateway/use-stream';
import { maySeeOverview } from '../saga/rights';

interface Live extends Streamed {
  readonly overview: Overview | undefined;
  /** Grows with each change, so that lists know when to look again. */
  readonly changes: number;
}

const nothing: Live = {
  ...{ overview: undefined, changes: 0, state: 'connecting', problem: undefined },
};

const LiveContext = createContext<Live>(nothing);

/** One stream for all pages: a person may have only a few. */
export function OverviewStream(props: { readonly children: ComponentChildren }) {
  const isAllowed = maySeeOverview(useRoles());
  const [seen, setSeen] = useState<Pick<Live, 'overview' | 'changes'>>(nothing);
  const streamed = useStream(isAllowed ? '/overview/events' : undefined, ({ event, data }) => {
    if (event !== 'overview') return;
    const overview = JSON.parse(data) as Overview;
    setSeen(({ changes }) => ({ overview, changes: changes + 1 }));
  });
  return (
    <LiveContext.Provider value={{ ...seen, ...streamed }}>{props.children}</LiveContext.Provider>
  );
}

/** What the overview says now, and how its stream does. */
export function useLive(): Live {
  return useContext(LiveContext);
}

const words = {
  connecting: 'Connecting…',
  live: 'Live',
  reconnecting: 'Reconnecting…',
  ended: 'Ended',
} as const;

/** How a stream does, in words. */
export function LiveMark(props: { readonly streamed: Streamed }) {
  const { state, problem } = props.streamed;
  return (
    <p class={`live live-${problem ? 'off' : state}`} role="status">
      {problem ? `Not live: ${problem.title}` : words[state]}
    </p>
  );
}
