import type { ErrorPages } from '../page';

/** Codes of the key store, and of sealed values. */
export const keyPages: ErrorPages = {
  KEK_FILE_MISSING: {
    means:
      'The process keys has no file of key-encryption keys: HOLDFAST_KEK_FILE is not set, or there is no such file. Nothing can be wrapped or unwrapped.',
    next: 'set HOLDFAST_KEK_FILE, or put the file back from its backup',
    docs: 'keys.md#what-to-back-up-and-where',
  },
  KEK_FILE_OPEN: {
    means: 'The file of key-encryption keys can be read by others than its owner.',
    next: 'chmod 600 the file; where others may have read it, holdfast keys rotate --kek',
    docs: 'keys.md#three-kinds-of-keys',
  },
  KEK_FILE_INVALID: {
    means:
      'A line of the file is not an id and 32 bytes in base64url, an id is there twice, or there is no key in it.',
    next: 'put the file back from its backup',
    docs: 'keys.md#three-kinds-of-keys',
  },
  KEK_FILE_READ_ONLY: {
    means: 'The next key could not be added to the file: the process may not write there.',
    next: 'add a line to the file by hand, then run holdfast keys rotate --kek again',
    docs: 'keys.md#rotation',
  },
  KEY_PURPOSE_DENIED: {
    means: 'The process that asked may not have the keys of this purpose (403 of the key store).',
    next: 'run the command as a process that may, as the table says',
    docs: 'keys.md#who-gets-what',
  },
  PURPOSE_UNKNOWN: {
    means: 'The key store has no such purpose (404).',
    next: 'take a purpose from holdfast keys status',
    docs: 'keys.md#three-kinds-of-keys',
  },
  KEY_UNKNOWN: {
    means:
      'Of holdfast keys retire: the purpose has no key of this id. Of a token that was refused: the auth server does not give out the key that its header names.',
    next: 'holdfast keys status lists keys; for a token, look at the keys of the realm',
    docs: 'security.md#signing-keys',
  },
  KEY_CURRENT: {
    means: 'The key still seals, so it cannot be retired (409 of the key store).',
    next: 'give its purpose a new one first: holdfast keys rotate <purpose>',
    docs: 'keys.md#rotation',
  },
  KEY_IN_USE: {
    means:
      'Rows are sealed with the key, or a process may still seal with it, so it cannot be retired.',
    next: 'holdfast keys reseal <purpose>; for a young successor wait until the time in the message',
    docs: 'keys.md#rotation',
  },
  USES_UNKNOWN: {
    means:
      'Nobody can count what is sealed with the keys of this purpose, so none of them can be retired.',
    next: 'leave its keys as they are',
    docs: 'keys.md#rotation',
  },
  SUBJECT_UNKNOWN: {
    means: 'Nothing was ever sealed for this person, so there is no key (404 of the key store).',
    next: 'compare the subject: it is the sub of the user',
    docs: 'keys.md#forgetting',
  },
  DELETION_LOG_BROKEN: {
    means:
      'A line of forgotten.log does not follow from the one before: it was changed, or one was taken out. The process keys does not start.',
    next: 'put the file back from its backup',
    docs: 'keys.md#forgetting',
  },
  FORMAT: {
    means: 'A stored value is no sealed value: it is plaintext, or damaged at its beginning.',
    next: 'look at the row in the log of the process',
    docs: 'runbooks/ciphertext-refused.md',
  },
  KEY: {
    means:
      'A stored value names a key that is not known here. The key store is asked, and the answer is KEYS_UNAVAILABLE until then.',
    next: 'wait a moment; look at the key store',
    docs: 'keys.md#when-the-key-store-is-away',
  },
  KEY_ABSENT: {
    means: 'A stored value names a key that the key store does not give out: made up, or retired.',
    next: 'look at who wrote the row, and at what was retired',
    docs: 'runbooks/ciphertext-refused.md',
  },
  AUTHENTICATION: {
    means:
      'Key, place or content of a stored value are not those it was sealed with: it was changed, or moved from another row.',
    next: 'look at who wrote the row; mend it from a backup',
    docs: 'runbooks/ciphertext-refused.md',
  },
};
