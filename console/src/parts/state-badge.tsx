/** A mark beside the word, so that a state is told by more than its colour. */
const marks: Readonly<Record<string, string>> = {
  starting: '…',
  running: '▸',
  compensating: '◂',
  parked: '‖',
  completed: '✓',
  compensated: '↶',
  cancelled: '×',
  passing: '✓',
  ready: '✓',
  closed: '✓',
  warning: '!',
  'half-open': '!',
  critical: '×',
  away: '×',
  open: '×',
  stopped: '‖',
  paused: '‖',
};

/** A state as a word with a mark. */
export function StateBadge(props: { readonly state: string; readonly text?: string }) {
  const { state, text = state } = props;
  return (
    <span class={`badge badge-${state}`}>
      <span aria-hidden="true" class="badge-mark">
        {marks[state] ?? '•'}
      </span>
      {text}
    </span>
  );
}
