import type { ComponentChildren } from 'preact';
import type { Asked } from '../gateway/use-gateway';
import { ProblemNote } from './problem-note';

/**
 * Draws an answer. One that is at hand stays on the page while it is asked for again, and when that fails: then the
 * problem stands above it.
 */
export function Answered<Answer>(props: {
  readonly asked: Asked<Answer>;
  readonly children: (answer: NonNullable<Answer>) => ComponentChildren;
}) {
  const { answer, problem, isLoading, reload } = props.asked;
  const isThere = answer !== undefined && answer !== null;
  return (
    <>
      {problem && <ProblemNote problem={problem} onAgain={reload} />}
      {isThere && props.children(answer)}
      {!isThere && isLoading && !problem && (
        <p class="quiet" role="status">
          Loading…
        </p>
      )}
    </>
  );
}

/** Stands where a list is empty, and says what to do. */
export function Nothing(props: { readonly children: ComponentChildren }) {
  return <p class="nothing">{props.children}</p>;
}
