import { randomBytes } from 'node:crypto';

/**
 * A new key id: twelve characters that say nothing of what the key is for. The first is a letter or a digit: people
 * name keys on the command line, where what begins with `-` is an option.
 */
export function newKeyId(draw: (bytes: number) => Buffer = randomBytes): string {
  for (;;) {
    const id = draw(9).toString('base64url');
    if (/^[A-Za-z0-9]/.test(id)) return id;
  }
}
