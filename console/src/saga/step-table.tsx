import { Moment } from '../parts/moment';
import { durationText } from '../parts/times';
import type { Bar, LaneRow } from './lanes';

function BarCells({ bar }: { readonly bar: Bar | undefined }) {
  if (bar === undefined) return <td colSpan={2}>–</td>;
  const { span } = bar;
  return (
    <>
      <td data-label="From">
        <Moment at={new Date(span.fromMs).toISOString()} withMs />
        {bar.isBeginGuessed && ' at the earliest'}
      </td>
      <td data-label="Took">
        {durationText(span.toMs - span.fromMs)}
        {bar.isOpen && ' so far'}
      </td>
    </>
  );
}

function StepRow(props: { readonly row: LaneRow; readonly direction: Bar['direction'] }) {
  const { row, direction } = props;
  const { step } = row;
  const bar = row[direction];
  return (
    <tr>
      <th scope="row">{direction === 'undo' ? `undo of ${step.name}` : step.name}</th>
      <td data-label="Kind">{step.kind ?? '–'}</td>
      <td data-label="Participant">{step.participant ?? '–'}</td>
      <td data-label="Status">
        {bar?.status ?? step.status}
        {bar?.reason !== undefined && ` (${bar.reason})`}
      </td>
      <td data-label="Epoch">{step.epoch ?? '–'}</td>
      <BarCells bar={bar} />
    </tr>
  );
}

/** The same as the lanes, in words: steps in their order, undos in theirs. */
export function StepTable(props: { readonly rows: readonly LaneRow[] }) {
  const undone = props.rows
    .filter(({ undo }) => undo !== undefined)
    .toSorted((one, other) => (one.undo?.span.toMs ?? 0) - (other.undo?.span.toMs ?? 0));
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label="Steps">
      <table class="table cards">
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col">Kind</th>
            <th scope="col">Participant</th>
            <th scope="col">Status</th>
            <th scope="col">Epoch</th>
            <th scope="col">From</th>
            <th scope="col">Took</th>
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
            <StepRow key={row.step.name} row={row} direction="forward" />
          ))}
          {undone.map((row) => (
            <StepRow key={`undo ${row.step.name}`} row={row} direction="undo" />
          ))}
        </tbody>
      </table>
    </div>
  );
}
