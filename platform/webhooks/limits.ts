const secondMs = 1_000;
const hourMs = 3_600 * secondMs;
const dayMs = 24 * hourMs;

/** Limits of webhooks: what one owner may have, how long an attempt takes, and when it is given up. */
export const webhookLimits = {
  endpointsMax: 10,
  /** Deliveries of one endpoint that wait; what comes beyond is dead at once. */
  pendingMax: 1_000,
  urlLengthMax: 2_048,
  secretBytes: 32,
  /** The secret before the last rotation signs for so long beside the new one. */
  oldSecretMs: dayMs,
  /** Repeating a creation under its key shows the secret again for so long. */
  secretShownMs: dayMs,
  /** Looking up a name; being connected, TLS included; the head of the answer, from the very beginning. */
  resolveMs: 3 * secondMs,
  connectMs: 5 * secondMs,
  attemptMs: 15 * secondMs,
  /** Bytes of an answer's head; its body is never read. */
  answerHeadBytesMax: 8_192,
  attemptsMax: 9,
  /** Pause after the first attempt, and by how much each later one is longer. */
  stepMs: 5 * secondMs,
  stepFactor: 5,
  pauseMsMax: dayMs,
  /** Share of a pause by which it may be longer or shorter. */
  jitter: 0.2,
  /** What a receiver may ask for with `Retry-After`. */
  retryAfterMsMin: secondMs,
  retryAfterMsMax: dayMs,
  /** An endpoint that has taken nothing for so long, though it was tried, is disabled. */
  failingMs: 3 * dayMs,
  /** A delivery that nobody answers for is anybody's again after this; longer than an attempt. */
  leaseMs: 45 * secondMs,
  /** Attempts of one process at a time; endpoints that fail get at most half of them. */
  atOnceMax: 20,
  keptDeliveredMs: 7 * dayMs,
  keptDeadMs: 30 * dayMs,
} as const;
