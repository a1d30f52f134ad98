import { agoText, localText } from './times';

/** A time as people here read it; the exact one is in its title. */
export function Moment(props: { readonly at: string | undefined; readonly withMs?: boolean }) {
  const { at, withMs = false } = props;
  if (at === undefined || at === '') return <span>–</span>;
  return (
    <time dateTime={at} title={at}>
      {localText(at, new Date(), withMs)}
    </time>
  );
}

/** How long ago something was; the exact time is in its title. */
export function Ago(props: { readonly at: string | undefined }) {
  const { at } = props;
  if (at === undefined || at === '') return <span>–</span>;
  return (
    <time dateTime={at} title={at}>
      {agoText(at, Date.now())}
    </time>
  );
}
