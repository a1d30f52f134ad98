import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';

/** A page: its heading is the title of the window, and takes the focus when somebody comes here by a link. */
export function Page(props: {
  readonly title: string;
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  const { title, aside, children } = props;
  useEffect(() => {
    document.title = `${title} – Holdfast console`;
  }, [title]);
  return (
    <article class="page">
      <header class="page-head">
        <h1 id="page-title" tabIndex={-1}>
          {title}
        </h1>
        {aside}
      </header>
      {children}
    </article>
  );
}

/** A part of a page under a heading of its own. */
export function Section(props: {
  readonly title: string;
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  const id = `part-${props.title.toLowerCase().replaceAll(/[^a-z]+/g, '-')}`;
  return (
    <section class="part" aria-labelledby={id}>
      <div class="part-head">
        <h2 id={id}>{props.title}</h2>
        {props.aside}
      </div>
      {props.children}
    </section>
  );
}
