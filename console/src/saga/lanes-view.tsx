import { useState } from 'preact/hooks';
import type { LogEvent } from '../gateway/answers';
import type { Saga } from '../gateway/saga-answers';
import { hasEnded } from './story';
import { lanesOf } from './lanes';
import type { Bar, LaneRow, Lanes } from './lanes';
import { StepDetails } from './step-details';
import { StepTable } from './step-table';
import { useNow } from './use-now';

interface Chosen {
  readonly step: string;
  readonly direction: Bar['direction'];
}

interface LaneProps {
  readonly lanes: Lanes;
  readonly chosen: Chosen | undefined;
  readonly onChoose: (chosen: Chosen) => void;
}

function BarView(props: { readonly bar: Bar; readonly row: LaneRow } & Omit<LaneProps, 'lanes'>) {
  const { bar, row, chosen, onChoose } = props;
  const { left, width, parkedLeft, direction, step } = bar;
  const isSame = chosen?.step === step;
  const choose = (): void => onChoose({ step, direction });
  const kind = row.step.kind === 'approval' ? ' bar-wait' : '';
  const open = bar.isOpen ? ' bar-open' : '';
  const status = direction === 'forward' ? ` bar-${row.step.status}` : '';
  return (
    <button
      type="button"
      class={`bar bar-${direction}${status}${kind}${open}${isSame ? ' bar-chosen' : ''}`}
      style={{ left: `${left}%`, width: `${width}%` }}
      aria-label={bar.says}
      aria-pressed={isSame && chosen.direction === direction}
      onMouseEnter={choose}
      onFocus={choose}
      onClick={choose}
    >
      {parkedLeft !== undefined && (
        <span
          class="bar-parked"
          style={{ left: `${width === 0 ? 0 : ((parkedLeft - left) / width) * 100}%` }}
        />
      )}
      {row.isPivot && direction === 'forward' && <span class="bar-pivot" />}
    </button>
  );
}

/** From the end of what was done to the beginning of its undo: both stand in one line. */
function Thread({ row }: { readonly row: LaneRow }) {
  const { forward, undo } = row;
  if (forward === undefined || undo === undefined) return null;
  const from = forward.left + forward.width;
  const ghost = { left: `${forward.left}%`, width: `${forward.width}%` };
  return (
    <>
      <span class="ghost" style={ghost} />
      <span
        class="thread"
        style={{ left: `${from}%`, width: `${Math.max(0, undo.left - from)}%` }}
      />
    </>
  );
}

function Row(props: LaneProps & { readonly row: LaneRow; readonly direction: Bar['direction'] }) {
  const { row, direction, lanes, ...choosing } = props;
  const bar = row[direction];
  const isUndo = direction === 'undo';
  return (
    <li class={`lane-row${props.chosen?.step === row.step.name ? ' lane-row-chosen' : ''}`}>
      <span class="lane-name">
        {isUndo && <span class="lane-undo">undo </span>}
        {row.step.name}
        {row.isPivot && !isUndo && <span class="tag tag-pivot">pivot</span>}
        {row.isParked && bar?.parkedLeft !== undefined && (
          <span class="tag tag-parked">parked</span>
        )}
      </span>
      <span class="lane-track">
        {lanes.pivotAt !== undefined && (
          <span class="pivot-line" style={{ left: `${lanes.pivotAt}%` }} />
        )}
        {isUndo && <Thread row={row} />}
        {bar && <BarView bar={bar} row={row} {...choosing} />}
      </span>
    </li>
  );
}

function Axis({ lanes }: { readonly lanes: Lanes }) {
  const { ticks, shortened } = lanes.scale;
  return (
    <div class="axis" aria-hidden="true">
      <span class="lane-name" />
      <span class="axis-track">
        {ticks.map(({ at, text }) => (
          <span
            key={`${at} ${text}`}
            class={`tick${at > 92 ? ' tick-last' : ''}`}
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
      <p class="quiet lanes-note">{notesOf(lanes)}</p>
      <StepDetails row={row} saga={saga} direction={chosen?.direction} />
      <details>
        <summary>The steps as a table</summary>
        <StepTable rows={lanes.forward} />
      </details>
    </div>
  );
}
