import type { Guard } from '../guard';
import { unit } from '../guard';

const projection = 'platform/reactions/projection.ts';
const starter = 'platform/reactions/starter.ts';

/** What keeps an event from starting a saga twice, or none. */
export const reactionGuards: readonly Guard[] = [
  {
    name: 'a reaction asks the journal before it starts',
    why: 'a saga that Temporal has forgotten would be started again',
    changes: [
      {
        file: starter,
        from: 'await isJournaled(pending.row.workflowId)',
        to: '(await isJournaled(pending.row.workflowId)) && false',
      },
    ],
    test: unit('reactions/starter', 'Temporal has forgotten it, and the journal has not'),
  },
  {
    name: 'a start is noted only when it happened',
    why: 'an event whose saga could not be started would be passed by in silence',
    changes: [
      {
        file: starter,
        from: "known ? 'journaled' : await start(pending)",
        to: "known ? 'journaled' : await start(pending).catch(() => 'failed' as const)",
      },
    ],
    test: unit('reactions/starter', 'nothing is noted while Temporal is away'),
  },
  {
    name: 'the row of an event stays',
    why: 'an event that is read again would start its saga again',
    changes: [
      {
        file: projection,
        from: 'row ?? reactedTo(reaction, event)',
        to: '(void row, reactedTo(reaction, event))',
      },
    ],
    test: unit('reactions/reactions', 'leaves the row of an event as it is'),
  },
  {
    name: 'what nobody waits for yet is looked at again',
    why: 'an event that comes a moment before its saga waits for it would be lost',
    changes: [
      {
        file: starter,
        from: 'if (nowMs >= Date.parse(until)) {',
        to: 'if (until !== undefined) {',
      },
    ],
    test: unit('reactions/starter', 'waits for a saga'),
  },
  {
    name: 'the orchestrator signs for its reactions, and for nobody',
    why: 'whoever holds its key could skip, abort or approve in the name of any person',
    changes: [
      {
        file: 'platform/saga/journal/hosted.ts',
        from: "orchestrator: ['deliver']",
        to: "orchestrator: 'every verb'",
      },
    ],
    test: unit('security/grant-attacks', 'by the orchestrator, for its reactions'),
  },
  {
    name: 'what happened before a reaction begins nothing',
    why: 'a new reaction would start sagas for years of events',
    changes: [
      {
        file: projection,
        from: 'event.type === reaction.on && event.time >= since',
        to: 'event.type === reaction.on && since !== undefined',
      },
    ],
    test: unit('reactions/reactions', 'says nothing to what happened before it was there'),
  },
];
