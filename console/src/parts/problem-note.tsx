import { useEffect, useState } from 'preact/hooks';
import { pageProblems } from '../gateway/problem';
import type { ShownProblem } from '../gateway/problem';
import { useGateway } from '../gateway/use-gateway';
import { Words } from './words';

/** What to do about a problem: the gateway's own word for it, where it has one. */
function useNextStep(code: string): string | undefined {
  const { api } = useGateway();
  const [next, setNext] = useState<string>();
  useEffect(() => {
    setNext(pageProblems[code]?.next);
    if (pageProblems[code] !== undefined) return;
    let isOver = false;
    api.GET('/problems/{code}', { params: { path: { code } } }).then(
      ({ data }) => {
        if (!isOver) setNext(data?.next);
      },
      () => undefined,
    );
    return () => void (isOver = true);
  }, [code]);
  return next;
}

/** A problem: what is wrong, what to do, and what to give to whoever helps. */
export function ProblemNote(props: {
  readonly problem: ShownProblem;
  readonly onAgain?: (() => void) | undefined;
}) {
  const { title, code, detail, requestId, errors = [] } = props.problem;
  const next = useNextStep(code);
  return (
    <div class="problem" role="alert">
      <p class="problem-title">
        <strong>{title}</strong> <code>{code}</code>
      </p>
      {detail !== undefined && detail !== title && (
        <p class="breaking">
          <Words text={detail} />
        </p>
      )}
      {errors.length > 0 && (
        <ul>
          {errors.map((part) => (
            <li key={part.pointer}>
              <code>{part.pointer}</code> {part.detail}
            </li>
          ))}
        </ul>
      )}
      {next !== undefined && (
        <p>
          What to do: <Words text={next} />.
        </p>
      )}
      {requestId !== undefined && (
        <p class="quiet">
          Request <code>{requestId}</code>
        </p>
      )}
      {props.onAgain && (
        <button type="button" onClick={props.onAgain}>
          Try again
        </button>
      )}
    </div>
  );
}
