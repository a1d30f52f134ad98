/** What a verb for a whole saga does, and what is then true, for whoever is about to send it. */
export interface Consequence {
  readonly title: string;
  readonly does: string;
  readonly consequence: string;
}

/** Words for the verbs that no explanation of a parked step tells about. */
export const consequences = {
  cancel: {
    title: 'Cancel the saga',
    does: 'Turns the saga back: steps under way are waited for, then everything that was done is undone, in reverse order.',
    consequence:
      'An undo may itself need a person, and it cannot be stopped. Once the pivot is sent it is too late: the answer says so, and nothing changes.',
  },
  pause: {
    title: 'Pause the saga',
    does: 'Starts no further step and no further undo. What is under way comes to its end.',
    consequence:
      'What was done so far stays as it is, half done, for as long as you hold it; locks on orders and payments stay too. The deadline stands still.',
  },
  unpause: {
    title: 'Let the saga go on',
    does: 'Goes on where the saga was held, forward or back.',
    consequence: 'The deadline runs again, with the time that was left.',
  },
  approve: {
    title: 'Approve',
    does: 'Says yes to what the saga waits for, in your name.',
    consequence:
      'The saga goes on at once, past its pivot if nothing else is in the way. This cannot be taken back.',
  },
  deny: {
    title: 'Deny',
    does: 'Says no to what the saga waits for, in your name.',
    consequence:
      'Everything done so far is undone, and the saga ends compensated. This cannot be taken back.',
  },
  deliver: {
    title: 'Hand over what is awaited',
    does: 'Tells the saga that what it waits for from outside has come, with the data you give.',
    consequence: 'The saga believes it and goes on with it. Nobody checks the data.',
  },
} as const satisfies Record<string, Consequence>;
