import { DefaultFailureConverter } from '@temporalio/common';

/**
 * Characters of a stack trace that are kept. A failure is sealed and grows by it, and Temporal replaces what is above
 * 4 kB while an activity is tried again: the code of the fault would be lost with it.
 */
const stackCharsMax = 800;

/** Puts message and stack trace of every failure into a payload, so that the codec seals them too. */
class SealedFailureConverter extends DefaultFailureConverter {
  constructor() {
    super({ encodeCommonAttributes: true });
  }

  override errorToFailureInner(
    ...told: Parameters<DefaultFailureConverter['errorToFailureInner']>
  ) {
    const failure = super.errorToFailureInner(...told);
    // A copy: the SDK writes over what it is given, and the error may be thrown once more.
    return { ...failure, stackTrace: failure.stackTrace?.slice(0, stackCharsMax) ?? '' };
  }
}

/** Named and found as the SDK demands; loaded in processes and in the sandbox of the sagas. */
export const failureConverter = new SealedFailureConverter();
