import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { problemOf } from '../gateway/problem';
import type { ShownProblem } from '../gateway/problem';
import { ProblemNote } from './problem-note';

/** What a dialog asks for and says; the words come from whoever knows the act. */
export interface ActAsked {
  readonly title: string;
  readonly does: string;
  readonly consequence: string;
  /** Text of the button that sends it. */
  readonly send: string;
  /** Fields and previews between the words and the reason. */
  readonly more?: ComponentChildren;
  /** Why it cannot be sent yet; undefined when it can. */
  readonly missing?: string | undefined;
}

export interface ActDialogProps extends ActAsked {
  readonly onSend: (act: { readonly reason: string; readonly key: string }) => Promise<void>;
  readonly onClose: () => void;
}

const reasonLengthMax = 500;

function useModal(onClose: () => void) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    // Closed before it goes, so that the browser gives the focus back to the button that opened it.
    return () => shown?.close();
  }, []);
  return { ref: dialog, onCancel: onClose };
}

function useSending({ onSend }: Pick<ActDialogProps, 'onSend'>) {
  // One key for one dialog: however often it is sent, it is done once.
  const [key] = useState(() => crypto.randomUUID());
  const [isSending, setSending] = useState(false);
  const [problem, setProblem] = useState<ShownProblem>();
  const send = async (reason: string): Promise<void> => {
    setSending(true);
    setProblem(undefined);
    await onSend({ reason, key }).catch((error: unknown) => setProblem(problemOf(error)));
    setSending(false);
  };
  return { send, isSending, problem };
}

/** Says what an act does and what follows from it, demands a reason, and shows why it was refused. */
export function ActDialog(props: ActDialogProps) {
  const { title, does, consequence, missing, onClose } = props;
  const [reason, setReason] = useState('');
  const { send, isSending, problem } = useSending(props);
  const modal = useModal(onClose);
  const cannot = missing ?? (reason.trim() === '' ? 'Give a reason first.' : undefined);
  const submit = (event: Event): void => {
    event.preventDefault();
    if (cannot === undefined && !isSending) void send(reason.trim());
  };
  return (
    <dialog {...modal} class="act" aria-labelledby="act-title">
      <form onSubmit={submit}>
        <h2 id="act-title">{title}</h2>
        <p>{does}</p>
        <p class="consequence">
          <strong>What follows:</strong> {consequence}
        </p>
        {props.more}
        <label class="field">
          Reason, kept in the journal
          <textarea
            required
            rows={3}
            maxLength={reasonLengthMax}
            value={reason}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </label>
        {problem && <ProblemNote problem={problem} />}
        <div class="act-buttons">
          <span class="quiet">{cannot}</span>
          <button type="button" onClick={onClose}>
            Close
          </button>
          <button type="submit" class="primary" disabled={cannot !== undefined || isSending}>
            {isSending ? 'Sending…' : props.send}
          </button>
        </div>
      </form>
    </dialog>
  );
}
