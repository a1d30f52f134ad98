import { z } from 'zod';

/** Longest sealed text that travels in requests, commands and events: 4,096 characters. */
export const sealedTextMax = 4_096;

/**
 * Something that was sealed with a person's key, as it stands in commands, events and rows: `hf1.<key>.<base64url>`,
 * see `platform/security/keys/envelope.ts`. It is passed on as it is.
 */
export const sealedText = z
  .string()
  .max(sealedTextMax)
  .regex(/^hf1\.[A-Za-z0-9_-]{1,64}\.[A-Za-z0-9_-]+$/);
