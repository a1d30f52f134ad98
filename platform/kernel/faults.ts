/** Who acts next when a fault is seen: the weather is retried, a fence stops, a bug or dead end parks. */
export type FaultAction = 'retry' | 'stop' | 'park';

/** Every fault that crosses a process, by code. `instanceof` does not survive the trip: match the code. */
export const faults = {
  /** The participant's database did not answer or refused for a technical reason. */
  STORE_UNAVAILABLE: { action: 'retry' },
  /** Optimistic control lost too often inside one attempt. */
  STORE_CONFLICT: { action: 'retry' },
  /** Another saga holds the semantic lock of an aggregate; nothing was written. */
  BUSY: { action: 'retry' },
  /** The outside did not answer, or does not know yet; the row keeps the intent, and the same key is asked again. */
  OUTSIDE_UNAVAILABLE: { action: 'retry' },
  /** A settle of an older epoch over a call whose outcome is not known yet. */
  STEP_UNRESOLVED: { action: 'retry' },
  /** The key store did not answer, or a key is not known here yet: nothing is read or written without its key. */
  KEYS_UNAVAILABLE: { action: 'retry' },
  /** A late message: a higher epoch, an undo or another run has shut this door. */
  STEP_FENCED: { action: 'stop' },
  /** The same step key and epoch with another input. */
  STEP_INPUT_CONFLICT: { action: 'stop' },
  /** A higher epoch with another input over a step that stands. */
  STEP_ALREADY_DONE: { action: 'stop' },
  /** The recorded effect cannot be reversed now; the row is unchanged. */
  UNDO_IMPOSSIBLE: { action: 'park' },
  /** The command's input does not fit the contract. */
  COMMAND_INVALID: { action: 'park' },
  /** The service has no such command. */
  COMMAND_UNKNOWN: { action: 'park' },
  /** An event does not fit its schema or is too large: refused in the business transaction. */
  EVENT_INVALID: { action: 'park' },
  /** A stored value was changed, moved to another place, or never sealed: it is not opened, and a person must look. */
  CIPHERTEXT_REFUSED: { action: 'park' },
  /** The subject's key was destroyed: what was sealed with it is unreadable for good, and nothing new is sealed. */
  SUBJECT_FORGOTTEN: { action: 'park' },
  /** A rule of our own code was broken. */
  INVARIANT_BROKEN: { action: 'park' },
} as const satisfies Record<string, { action: FaultAction }>;

export type FaultCode = keyof typeof faults;

export interface FaultOptions extends ErrorOptions {
  /** Nothing is wrong: whoever waits for something long has to ask again. Not worth a line in the log. */
  readonly isExpected?: boolean;
}

/** Technical trouble with a code; crosses the wire as an `ApplicationFailure` whose type is the code. */
export class Fault extends Error {
  readonly action: FaultAction;
  readonly isExpected: boolean;

  constructor(
    readonly code: FaultCode,
    message: string,
    options: FaultOptions = {},
  ) {
    super(`${code}: ${message}`, options);
    this.isExpected = options.isExpected ?? false;
    this.name = 'Fault';
    this.action = faults[code].action;
  }
}

/** True for faults of any realm of the process (jest and bundles have several). */
export function isFault(error: unknown): error is Fault {
  return (
    typeof error === 'object' && error !== null && 'code' in error && String(error.code) in faults
  );
}

/** What a fault says, without the code that its message begins with. */
export function wordsOf({ code, message }: { readonly code: string; readonly message: string }) {
  return message.replace(`${code}: `, '');
}
