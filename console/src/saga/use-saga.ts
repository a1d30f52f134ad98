import { useEffect, useRef, useState } from 'preact/hooks';
import { answerOf } from '../gateway/problem';
import type { Saga } from '../gateway/saga-answers';
import { useAnswer, useGateway, useRoles } from '../gateway/use-gateway';
import { useStream } from '../gateway/use-stream';
import { eventsShownMax, sorted } from '../events/records';
import { maySeeInside } from './rights';
import { joined } from './story';

/** Changes that come close to each other are looked at once, milliseconds. */
const settleMs = 250;
/** What was just told to a saga shows in its worker before the log says so. */
const afterActMs = 900;

/** A saga, live: each event of its stream says that it changed; the worker is then asked for the whole of it. */
export function useSaga(id: string) {
  const { api } = useGateway();
  const path = { id };
  const isAllowed = maySeeInside(useRoles());
  const [row, setRow] = useState<Saga>();
  const saga = useAnswer<Saga>(
    async (signal) => await answerOf(api.GET('/sagas/{id}', { params: { path }, signal })),
    [id],
  );
  const { startedAt } = saga.answer ?? {};
  const explanation = useAnswer(
    (signal) => answerOf(api.GET('/sagas/{id}/explanation', { params: { path }, signal })),
    [id],
  );
  const events = useAnswer(
    async (signal) => {
      if (!isAllowed || startedAt === undefined) return { events: [] };
      // Clocks of the processes differ a little; what is older belongs to nobody of it.
      const since = new Date(Date.parse(startedAt) - 60_000).toISOString();
      const query = { saga: id, limit: eventsShownMax, since };
      return sorted((await answerOf(api.GET('/events', { params: { query }, signal }))).events);
    },
    [id, isAllowed, startedAt],
  );
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const lookAgain = (afterMs: number): void => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      for (const asked of [saga, explanation, events]) asked.reload();
    }, afterMs);
  };
  useEffect(() => {
    setRow(undefined);
    return () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    };
  }, [id]);
  const streamed = useStream(`/sagas/${encodeURIComponent(id)}/events`, ({ event, data }) => {
    if (event === 'saga' || event === 'reset') setRow(JSON.parse(data) as Saga);
    if (event !== 'problem') lookAgain(settleMs);
  });
  const now = joined(saga.answer, row?.id === id ? row : undefined);
  return { saga, now, explanation, events, streamed, acted: () => lookAgain(afterActMs) };
}
