import { useState } from 'preact/hooks';
import { ActButton } from '../parts/act-button';
import type { ActAsked } from '../parts/act-dialog';
import { readJson } from '../parts/json-text';

/** A verb that takes a value: the input of the next attempt, or what a step or an event would have said. */
export function InputVerbButton(
  props: Omit<ActAsked, 'more' | 'missing'> & {
    readonly label: string;
    readonly done: string;
    readonly isNeeded: boolean;
    readonly onDone: () => void;
    readonly onSend: (act: { reason: string; key: string; input?: unknown }) => Promise<void>;
  },
) {
  const { isNeeded, onSend, ...shared } = props;
  const [text, setText] = useState('');
  const typed = readJson(text);
  const wrong = typed.kind === 'wrong' ? `This is not JSON: ${typed.says}` : undefined;
  const missing = typed.kind === 'empty' && isNeeded ? 'Give the input first.' : wrong;
  const field = (
    <label class="field">
      {isNeeded
        ? 'The whole new input, as JSON'
        : 'What it would have answered, as JSON (or nothing)'}
      <textarea
        rows={6}
        class="code"
        spellcheck={false}
        value={text}
        aria-invalid={wrong !== undefined}
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </label>
  );
  return (
    <ActButton
      {...shared}
      more={field}
      missing={missing}
      onSend={(act) => onSend(typed.kind === 'value' ? { ...act, input: typed.value } : act)}
    />
  );
}
