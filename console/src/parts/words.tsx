/** Plain text of the gateway, in which code stands between backticks. */
export function Words(props: { readonly text: string }) {
  return (
    <>
      {props.text
        .split('`')
        .map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}
    </>
  );
}
