/** Says that a page does not show everything. */
export function OlderNote({ text }: { readonly text: string | undefined }) {
  return text === undefined ? null : <p class="consequence">{text}</p>;
}
