/** Sends the conditions of a filter, or leaves all of them out. */
export function FilterButtons(props: { readonly onClear: () => void }) {
  return (
    <div class="form-buttons">
      <button type="submit" class="primary">
        Find
      </button>
      <button type="button" onClick={props.onClear}>
        Show all
      </button>
    </div>
  );
}
