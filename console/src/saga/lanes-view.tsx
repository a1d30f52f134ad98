import { useState } from 'preact/hooks';
import type { LogEvent } from '../gateway/answers';
import type { Saga } from '../gateway/saga-answers';
import { hasEnded } from './story';
import { lanesOf } from './lanes';
import type { Bar, Lanes } from './lanes';
import { Row } from './lane-row';
import type { Chosen, LaneProps } from './lane-row';
import { StepDetails } from './step-details';
import { StepTable } from './step-table';
import { useNow } from './use-now';

function Axis({ lanes }: { readonly lanes: Lanes }) {
  const { ticks, shortened } = lanes.scale;
  return (
    <div class="axis" aria-hidden="true">
      <span class="lane-name" />
      <span class={`axis-track${shortened.length > 0 ? ' axis-track-high' : ''}`}>
        {ticks.map(({ at, text, isMain }) => (
          <span
            key={`${at} ${text}`}
            class={`tick${isMain ? '' : ' tick-between'}${at > 92 ? ' tick-last' : ''}`}
            style={{ left: `${at}%` }}
          >
            {text}
          </span>
        ))}
        {shortened.map(({ at, text }) => (
          <span key={at} class="axis-break" style={{ left: `${at}%` }}>
            ≈ {text}
          </span>
        ))}
      </span>
    </div>
  );
}

function Lane(props: LaneProps & { readonly title: string; readonly direction: Bar['direction'] }) {
  const { title, direction, lanes } = props;
  return (
    <div class={`lane lane-${direction}`}>
      <h3>{title}</h3>
      <ul aria-label={title}>
        {lanes[direction].map((row) => (
          <Row key={row.step.name} {...props} row={row} />
        ))}
      </ul>
    </div>
  );
}

const swatches = [
  { kind: 'bar-done', says: 'done' },
  { kind: 'bar-started', says: 'under way' },
  { kind: 'bar-refused', says: 'refused or failed' },
  { kind: 'bar-undo', says: 'undone' },
] as const;

/** What the looks of bars mean. */
function Legend({ lanes }: { readonly lanes: Lanes }) {
  const isParked = lanes.forward.some((row) => row.isParked);
  return (
    <ul class="legend" aria-label="What the bars mean">
      {swatches.map(({ kind, says }) => (
        <li key={kind}>
          <span class={`swatch ${kind}`} /> {says}
        </li>
      ))}
      {isParked && (
        <li>
          <span class="swatch">
            <span class="parked-part" />
          </span>{' '}
          parked: waits for a person
        </li>
      )}
      {lanes.pivotAt !== undefined && (
        <li>
          <span class="swatch swatch-pivot" /> the pivot: once it is done, only forward
        </li>
      )}
    </ul>
  );
}

function notesOf(lanes: Lanes): string {
  const parts = [
    lanes.scale.isLinear
      ? 'The axis is even.'
      : 'Long stretches are drawn shorter than they were; order and marks are right.',
    ...(lanes.undo.length > 0
      ? ['When an undo began is not recorded: it is drawn from the end of what came before it.']
      : []),
  ];
  return parts.join(' ');
}

/** A saga in time: what it did above, what it undid below, on one axis. */
export function LanesView(props: { readonly saga: Saga; readonly events: readonly LogEvent[] }) {
  const { saga, events } = props;
  const nowMs = useNow(!hasEnded(saga));
  const [chosen, setChosen] = useState<Chosen>();
  const lanes = lanesOf({ saga, events, nowMs });
  const shared = { lanes, chosen, onChoose: setChosen };
  const row = lanes.forward.find(({ step }) => step.name === chosen?.step);
  return (
    <div class="lanes">
      <Lane title="Forward" direction="forward" {...shared} />
      <Axis lanes={lanes} />
      {lanes.undo.length > 0 && <Lane title="Compensation" direction="undo" {...shared} />}
      <Legend lanes={lanes} />
      <p class="quiet lanes-note">{notesOf(lanes)}</p>
      <StepDetails row={row} saga={saga} direction={chosen?.direction} />
      <details>
        <summary>The steps as a table</summary>
        <StepTable rows={lanes.forward} />
      </details>
    </div>
  );
}
