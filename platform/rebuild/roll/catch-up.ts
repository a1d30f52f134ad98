import { eventAt } from '../../outbox/event-at';
import { mapAtOnce } from '../../outbox/map-at-once';
import { waiter } from '../../runtime/waiter';
import { captureLimits } from '../capture';
import type { RebuiltStore } from '../capture';
import type { Roll } from './roll';
import { end, gapOf, isBehind } from './track';
import type { Told, Track } from './track';

const pauseMs = 250;

interface Waiting {
  readonly store: RebuiltStore;
  readonly roll: Roll;
  readonly waitMs: number;
  /** Reads what has come to the log since; takes it into the roll. */
  readonly readOn: () => Promise<void>;
}

/** What the events table says of the event that the log is to show next. */
interface Missing {
  readonly id: string;
  readonly track: Track;
  readonly seq: number;
  /** What it means if the log shows nothing even now; undefined where the relay has yet to send it. */
  readonly lost: Told | undefined;
}

/**
 * Waits until the log has shown what the database held, at most `waitMs`: the database may be ahead by what its outbox
 * has not sent. An event that was sent, or is not even in the events table, is not waited for: the log is read once
 * more after that was asked, and then it is lost.
 */
export async function catchUp({ store, roll, waitMs, readOn }: Waiting) {
  const pause = waiter();
  const deadlineMs = performance.now() + waitMs;
  for (let behind = roll.behind(); behind.length > 0; behind = roll.behind()) {
    const missing = await mapAtOnce(behind, captureLimits.requestsAtOnce, ([id, track]) =>
      askOutbox({ store, roll }, id, track),
    );
    await readOn();
    for (const { track, seq, lost } of missing) {
      if (lost !== undefined && track.seq < seq && isBehind(track)) {
        end(track, gapOf(track) ?? lost);
      }
    }
    if (performance.now() >= deadlineMs) giveUp(roll);
    else if (roll.behind().length > 0) await pause.wait(pauseMs);
  }
}

async function askOutbox(
  { store, roll }: Pick<Waiting, 'store' | 'roll'>,
  id: string,
  track: Track,
): Promise<Missing> {
  const { seq: lastSeq, captured } = track;
  const seq = lastSeq + 1;
  const event = await eventAt(store, id, seq);
  if (event === undefined) {
    const detail = `the row is at number ${captured.seq}, the events table has no ${seq}`;
    const code = lastSeq === 0 ? 'NOT_IN_LOG' : 'SEQ_WITHOUT_EVENT';
    return { id, track, seq, lost: { code, seq, detail } };
  }
  if (!event.published) return { id, track, seq, lost: undefined };
  const { type } = event;
  const detail = `the events table says that ${seq} of ${captured.seq} was sent`;
  const isForgotten = lastSeq === 0 && roll.isTruncated(event.slot);
  const missed = lastSeq === 0 ? 'NOT_IN_LOG' : 'EVENT_NOT_IN_LOG';
  return {
    id,
    track,
    seq,
    lost: { code: isForgotten ? 'LOG_TRUNCATED' : missed, seq, type, detail },
  };
}

function giveUp(roll: Roll): void {
  for (const [, track] of roll.behind()) {
    const detail = `the log is at ${track.seq}, the database was at ${track.captured.seq}`;
    end(track, gapOf(track) ?? { code: 'LOG_BEHIND', seq: track.seq + 1, detail });
  }
}
