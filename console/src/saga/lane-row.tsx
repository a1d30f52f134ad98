import type { Bar, LaneRow, Lanes } from './lanes';

/** The bar that has the pointer or the focus. */
export interface Chosen {
  readonly step: string;
  readonly direction: Bar['direction'];
}

export interface LaneProps {
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
  const status = direction === 'forward' ? ` bar-${bar.status}` : '';
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
          class="parked-part"
          style={{ left: `${width === 0 ? 0 : ((parkedLeft - left) / width) * 100}%` }}
        />
      )}
      {row.isPivot && direction === 'forward' && <span class="pivot-mark" />}
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

/** One step of a lane: its name and its bar. */
export function Row(
  props: LaneProps & { readonly row: LaneRow; readonly direction: Bar['direction'] },
) {
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
