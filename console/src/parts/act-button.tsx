import { useState } from 'preact/hooks';
import { ActDialog } from './act-dialog';
import type { ActAsked, ActDialogProps } from './act-dialog';
import { useNotice } from './notice';

/** A button that opens the dialog of an act; the dialog closes when the act was taken. */
export function ActButton(
  props: ActAsked & {
    readonly label: string;
    readonly onSend: ActDialogProps['onSend'];
    /** Said when it was taken. */
    readonly done: string;
    readonly onDone?: () => void;
    readonly kind?: 'primary' | 'danger';
  },
) {
  const { label, done, onDone, onSend, kind, ...asked } = props;
  const [isOpen, setOpen] = useState(false);
  const tell = useNotice();
  const send: ActDialogProps['onSend'] = async (act) => {
    await onSend(act);
    setOpen(false);
    tell(done);
    onDone?.();
  };
  return (
    <>
      <button type="button" class={kind} onClick={() => setOpen(true)}>
        {label}
      </button>
      {isOpen && <ActDialog {...asked} onSend={send} onClose={() => setOpen(false)} />}
    </>
  );
}
