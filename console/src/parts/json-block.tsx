/** A value as indented JSON. */
export function JsonBlock(props: { readonly value: unknown; readonly label: string }) {
  return (
    <pre class="json" tabIndex={0} role="region" aria-label={props.label}>
      {typeof props.value === 'string' ? props.value : JSON.stringify(props.value, undefined, 2)}
    </pre>
  );
}

/** A line to take along into a terminal. */
export function CopyLine(props: { readonly text: string; readonly label: string }) {
  const copy = (event: Event): void => {
    const button = event.currentTarget as HTMLButtonElement;
    void navigator.clipboard.writeText(props.text).then(() => {
      button.textContent = 'Copied';
    });
  };
  return (
    <p class="copy-line">
      <code>{props.text}</code>
      <button type="button" class="small" aria-label={props.label} onClick={copy}>
        Copy
      </button>
    </p>
  );
}
