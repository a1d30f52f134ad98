import { z } from 'zod';
import { defineReaction } from '../../platform/reactions/reaction';
import { defineSagaContract } from '../../platform/saga/contract';

const fileNote = defineSagaContract({
  name: 'file-note',
  title: 'File a note',
  input: z.strictObject({ noteId: z.string() }),
  roles: ['admin'],
  businessKey: ({ noteId }) => noteId,
  deadlineMs: 60_000,
});

/** A note that is read is told to whoever files it. */
export const readReaction = defineReaction({
  ...{ name: 'tell-notes', on: 'note.made', service: 'orders', from: 'beginning' },
  ...{ tells: fileNote, wait: 'note', as: 'operator', withinMs: 3_600_000 },
  key: ({ noteId }) => noteId,
  input: ({ noteId }) => ({ noteId }),
});

/** A note that is made is filed. */
export const noteReaction = defineReaction({
  ...{ name: 'file-notes', on: 'note.made', service: 'orders', from: 'beginning' },
  starts: fileNote,
  input: ({ noteId }) => ({ noteId }),
});
