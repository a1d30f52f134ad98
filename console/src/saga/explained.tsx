import type { Explanation, Saga } from '../gateway/saga-answers';
import { Ago } from '../parts/moment';
import { ParkedVerbs } from './verb-buttons';

interface ExplainedProps {
  readonly explanation: Explanation;
  readonly saga: Saga;
  readonly onDone: () => void;
}

function ParkedAdviceView(props: ExplainedProps & { readonly index: number }) {
  const { explanation, saga, onDone, index } = props;
  const advice = explanation.parked[index];
  if (advice === undefined) return null;
  return (
    <div class="parked-advice">
      <h3>
        Parked: {advice.step} <span class="quiet">since</span> <Ago at={advice.since} />
      </h3>
      <p>{advice.why}</p>
      {advice.checkFirst.length > 0 && (
        <>
          <p>Look first:</p>
          <ul>
            {advice.checkFirst.map((check) => (
              <li key={check}>{check}</li>
            ))}
          </ul>
        </>
      )}
      {!advice.optionsAreCertain && (
        <p class="quiet">
          No worker could be asked: the saga itself may take fewer of these verbs.
        </p>
      )}
      <ParkedVerbs saga={saga} advice={advice} onDone={onDone} />
    </div>
  );
}

/** A saga in plain words, and what may be done about it. */
export function Explained(props: ExplainedProps) {
  const { explanation } = props;
  return (
    <>
      <p class="summary">{explanation.summary}</p>
      {explanation.parked.map((_advice, index) => (
        <ParkedAdviceView key={index} {...props} index={index} />
      ))}
      <details>
        <summary>What is known of each step</summary>
        <ul class="known">
          {explanation.steps.map(({ step, known, says }) => (
            <li key={step}>
              <strong>{step}</strong>: {known} <span class="quiet">({says})</span>
            </li>
          ))}
        </ul>
      </details>
    </>
  );
}
