import { useState } from 'preact/hooks';
import type { LogEvent } from '../gateway/answers';
import { Nothing } from '../parts/answered';
import { Moment } from '../parts/moment';
import { asOf } from './as-of';
import { changesBetween, valueText } from './difference';

interface PickProps {
  readonly label: string;
  readonly events: readonly LogEvent[];
  readonly seq: number;
  readonly onPick: (seq: number) => void;
}

function Pick({ label, events, seq, onPick }: PickProps) {
  return (
    <label class="field">
      {label}
      <select value={String(seq)} onChange={(event) => onPick(Number(event.currentTarget.value))}>
        {events.map((event) => (
          <option key={event.seq} value={String(event.seq)}>
            #{event.seq} {event.type}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What an aggregate's events had said by one of them. */
export function AsOfPart({ events }: { readonly events: readonly LogEvent[] }) {
  const [picked, setPicked] = useState<number>();
  const seq = picked ?? events.at(-1)?.seq ?? 0;
  const then = asOf(events, seq);
  return (
    <>
      <div class="fields">
        <Pick label="As of the event" events={events} seq={seq} onPick={setPicked} />
      </div>
      {then && (
        <>
          <p class="quiet">
            What the events up to #{then.seq}, <Moment at={then.time} withMs />, had said: the last
            word about each member. What the service concludes from them is not in here.
          </p>
          <table class="table cards">
            <thead>
              <tr>
                <th scope="col">Member</th>
                <th scope="col">Said</th>
                <th scope="col">By event</th>
              </tr>
            </thead>
            <tbody>
              {Object.entries(then.said).map(([name, value]) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td data-label="Said" class="breaking">
                    <code>{valueText(value)}</code>
                  </td>
                  <td data-label="By event">#{then.toldBy[name]}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </>
  );
}

/** What changed of it between two events. */
export function DifferencePart({ events }: { readonly events: readonly LogEvent[] }) {
  const [from, setFrom] = useState<number>();
  const [to, setTo] = useState<number>();
  const one = from ?? events[0]?.seq ?? 0;
  const other = to ?? events.at(-1)?.seq ?? 0;
  const changes = changesBetween(events, one, other);
  return (
    <>
      <div class="fields">
        <Pick label="From the event" events={events} seq={one} onPick={setFrom} />
        <Pick label="To the event" events={events} seq={other} onPick={setTo} />
      </div>
      {changes.length === 0 ? (
        <Nothing>Nothing that was said changed between these two. Choose two others.</Nothing>
      ) : (
        <ul class="changes">
          {changes.map(({ pointer, kind, before, after }) => (
            <li key={pointer} class={`change-${kind}`}>
              <strong>{kind}</strong> <code>{pointer}</code>
              {kind !== 'added' && <del>{valueText(before)}</del>}
              {kind !== 'removed' && <ins>{valueText(after)}</ins>}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
