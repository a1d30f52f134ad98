import { valueText } from '../events/difference';

interface Change {
  readonly key: string;
  readonly members: readonly {
    readonly pointer: string;
    readonly before?: unknown;
    readonly after?: unknown;
  }[];
}

/** Rows of a read model, member by member, as they are and as they would be. */
export function ChangesView(props: { readonly changes: readonly Change[] }) {
  if (props.changes.length === 0) return <p>No row changes.</p>;
  return (
    <ul class="changes">
      {props.changes.map(({ key, members }) => (
        <li key={key}>
          <code>{key}</code>
          <ul>
            {members.map(({ pointer, before, after }) => (
              <li key={pointer}>
                <code>{pointer || 'the whole row'}</code>: {valueText(before)} → {valueText(after)}
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}
