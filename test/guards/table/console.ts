import type { Guard } from '../guard';
import { unit } from '../guard';

const session = 'gateway/console/session.ts';
const cookies = (title: string) => unit('gateway/console', title);

/** Sessions of the console: a cookie alone counts for nothing, and a login leads nowhere else. */
export const consoleGuards: readonly Guard[] = [
  {
    name: 'a session counts in requests that say the word of the console alone',
    why: 'a form or a link of another site could act in the name of whoever is logged in',
    changes: [
      {
        file: session,
        from: 'if (request.get(consoleHeader) === undefined) return false;',
        to: '',
      },
    ],
    test: cookies('counts for nothing in'),
  },
  {
    name: 'a session counts for the pages of this very site alone',
    why: 'a page of a sibling host that got through CORS could act in the name of whoever is logged in',
    changes: [{ file: session, from: "site === undefined || site === 'same-origin'", to: 'true' }],
    test: cookies('counts for nothing in'),
  },
  {
    name: 'a session counts for the pages of this very origin alone',
    why: 'browsers that do not name the site of a request would be protected by the header alone',
    changes: [{ file: session, from: 'origin === undefined || origin === own', to: 'true' }],
    test: cookies('counts for nothing in'),
  },
  {
    name: 'a login leads back to a page of the console and nowhere else',
    why: 'a link to our own login could end at a page that only looks like ours',
    changes: [
      {
        file: session,
        from: "pages.test(to) ? to : '/console'",
        to: 'to',
      },
    ],
    test: cookies('never leads to'),
  },
  {
    name: 'the cookie that renews a session is no session',
    why: 'whoever found the longer lived one could use it as an access token of ours',
    changes: [
      {
        file: session,
        from: "renewal: ['console', 'renewal']",
        to: "renewal: ['console', 'session']",
      },
    ],
    test: cookies('where it was one of another kind'),
  },
];
