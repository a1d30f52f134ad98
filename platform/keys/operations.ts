import { z } from 'zod';
import { keyHolders, keyOperators, subjectAccess } from '../security/keys/access';
import { defineOperations } from '../security/operations';
import { keyStoreLimits } from './store';

const purpose = z.string().regex(/^[a-z][a-z0-9.-]{0,63}$/);
const keyId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const reason = z.string().trim().min(3).max(500);

/** Ids of people and of other subjects, as tokens and services have them. */
const subject = z.string().regex(/^[A-Za-z0-9._:@|-]{1,200}$/);

const counts = z
  .record(keyId, z.number().int().min(1).max(keyStoreLimits.reportedMax))
  .refine((all) => Object.keys(all).length <= 100, 'at most 100 keys');

/**
 * The API of the key store for a system of these services. Nobody has a token here: callers are processes, by the one
 * identity in their certificate, and which purposes each may have is in `platform/security/keys/access.ts`.
 */
export function keyOperations(services: readonly string[]) {
  const operators = { roles: 'anyone', callers: keyOperators, tag: 'keys' } as const;
  const subjects = { roles: 'anyone', callers: subjectAccess, tag: 'subjects' } as const;
  return defineOperations({
    giveKeys: {
      ...{ method: 'POST', path: '/purposes/:purpose/keys', tag: 'keys' },
      summary: 'Report what was sealed, and get the keys of a purpose',
      ...{ roles: 'anyone', callers: keyHolders(services) },
      params: z.strictObject({ purpose }),
      body: z.strictObject({ sealed: counts }),
      problems: ['KEY_PURPOSE_DENIED'],
    },
    keyStatus: {
      ...{ method: 'GET', path: '/status', ...operators },
      summary: 'Purposes and their keys, without the keys themselves',
    },
    rotateKey: {
      ...{ method: 'POST', path: '/purposes/:purpose/rotate', ...operators },
      summary: 'Give a purpose a new key; older ones go on opening',
      params: z.strictObject({ purpose }),
      body: z.strictObject({ reason }),
      problems: ['PURPOSE_UNKNOWN'],
    },
    retireKey: {
      ...{ method: 'POST', path: '/purposes/:purpose/keys/:id/retire', ...operators },
      summary: 'Give a key out no more',
      params: z.strictObject({ purpose, id: keyId }),
      body: z.strictObject({ reason }),
      problems: ['KEY_UNKNOWN', 'KEY_CURRENT'],
    },
    rotateKek: {
      ...{ method: 'POST', path: '/kek/rotate', ...operators },
      summary: 'Wrap every key with the next key-encryption key',
      body: z.strictObject({ reason }),
      problems: ['KEK_FILE_READ_ONLY'],
    },
    createSubjectKey: {
      ...{ method: 'POST', path: '/subjects/:subject/keys', ...subjects },
      summary: 'The key of a subject, made where there is none',
      params: z.strictObject({ subject }),
      problems: ['SUBJECT_FORGOTTEN'],
    },
    readSubjectKey: {
      ...{ method: 'GET', path: '/subjects/:subject/keys', ...subjects },
      summary: 'The key of a subject',
      params: z.strictObject({ subject }),
      problems: ['SUBJECT_FORGOTTEN', 'SUBJECT_UNKNOWN'],
    },
    forgetSubject: {
      ...{ method: 'POST', path: '/subjects/:subject/forget', ...operators },
      summary: 'Destroy the key of a subject, for good',
      params: z.strictObject({ subject }),
      body: z.strictObject({ reason }),
    },
  });
}
