import type { ParkedAdvice, Saga } from '../gateway/saga-answers';
import { useRoles, useViewer } from '../gateway/use-gateway';
import { ActButton } from '../parts/act-button';
import { consequences } from './consequences';
import { InputVerbButton } from './input-verb-button';
import { parkedOptions, wholeVerbs } from './rights';
import { useVerbs } from './use-verbs';

interface VerbProps {
  readonly saga: Saga;
  readonly onDone: () => void;
}

const wholeLabels = { cancel: 'Cancel', pause: 'Pause', unpause: 'Go on' } as const;

/** Pause, go on and cancel, for those who may. */
export function WholeVerbs({ saga, onDone }: VerbProps) {
  const send = useVerbs(saga.id);
  const verbs = wholeVerbs(useViewer(), saga);
  if (verbs.length === 0) return null;
  return (
    <div class="verbs" role="group" aria-label="What may be done with the saga">
      {verbs.map((verb) => {
        const name = verb as keyof typeof wholeLabels;
        return (
          <ActButton
            key={verb}
            {...consequences[name]}
            label={wholeLabels[name]}
            send={wholeLabels[name]}
            {...(verb === 'cancel' ? { kind: 'danger' as const } : {})}
            done={`Taken: ${verb}. Watch the saga for what becomes of it.`}
            onSend={(act) => send(verb, act)}
            onDone={onDone}
          />
        );
      })}
    </div>
  );
}

const verbLabels: Readonly<Record<string, string>> = {
  retry: 'Retry',
  'retry-with-input': 'Retry with another input',
  skip: 'Skip',
  'mark-done-externally': 'Mark as done by hand',
  'resume-forward': 'Go forward again',
  abort: 'Give up and undo',
};

const withInput = new Set(['retry-with-input', 'mark-done-externally']);

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** What may be done about one parked step, each with what it does and what follows. */
export function ParkedVerbs({
  saga,
  advice,
  onDone,
}: VerbProps & { readonly advice: ParkedAdvice }) {
  const send = useVerbs(saga.id);
  const options = parkedOptions(useRoles(), advice);
  if (options.length === 0) return null;
  const { step } = advice;
  return (
    <div class="verbs" role="group" aria-label={`What may be done about ${step}`}>
      {options.map((option) => {
        const verb = option.verb;
        const label = verbLabels[verb] ?? verb;
        const shared = {
          ...{ label, send: label, title: `${label}: ${step}`, onDone },
          does: sentence(option.does),
          consequence: sentence(option.consequence),
          done: `Taken: ${verb} at ${step}. Watch the saga for what becomes of it.`,
        };
        if (withInput.has(verb))
          return (
            <InputVerbButton
              key={verb}
              {...shared}
              isNeeded={verb === 'retry-with-input'}
              onSend={(act) => send(verb, { ...act, step })}
            />
          );
        return <ActButton key={verb} {...shared} onSend={(act) => send(verb, { ...act, step })} />;
      })}
    </div>
  );
}
