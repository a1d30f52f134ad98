import type { ErrorPages } from '../page';

/** Problems of the gateway; status, title and next step are there. */
export const gatewayMeanings: ErrorPages = {
  SAGA_UNKNOWN: {
    means:
      'No saga has this name or id: no type of sagas, no open workflow, or no entry in the journal. A type may also be only ever a step of another one, or missing in the build of a worker.',
    next: 'compare the name with holdfast sagas types, the id with holdfast sagas list, and the build of the worker',
    docs: 'api.md',
  },
  IDEMPOTENCY_KEY_REUSED: {
    means:
      'A request with this key was answered before, and its body was another one. Nothing was done.',
    docs: 'api.md#starting-a-saga-once',
  },
  CALLER_MISMATCH: {
    means: 'The body says of the caller what the token knows better, and says it differently.',
    docs: 'add-a-saga.md',
  },
  SAGA_DEADLINE_INVALID: {
    means:
      'X-Saga-Deadline is no whole number of seconds from 1 to what the contract of the saga allows.',
    docs: 'api.md#how-long-you-wait',
  },
  SAGA_ENGINE_UNAVAILABLE: {
    means:
      'Temporal does not answer the gateway. A start may have gone through all the same; running sagas stand still and lose nothing.',
    docs: 'runbooks/starts-refused.md',
  },
  WORKERS_AWAY: {
    means: 'No worker answered for the saga within 5 s. The verb may still be taken.',
    docs: 'operations.md#parked-sagas',
  },
  SAGA_TYPE_STOPPED: {
    means:
      'An operator stopped this type of sagas: none starts, running ones go on, and repeats of earlier starts are answered.',
    docs: 'operations.md#parked-sagas',
  },
  COUNT_CHANGED: {
    means:
      'The filter of a bulk run finds another number of sagas than the preview told. Nothing was done.',
    docs: 'operations.md#parked-sagas',
  },
  BULK_TOO_LARGE: {
    means: 'The filter of a bulk run finds more than 2,000 sagas. Nothing was done.',
    docs: 'operations.md#parked-sagas',
  },
  TOO_MANY_STREAMS: {
    means:
      'You follow as many sagas at once as one person may, or this gateway has as many streams as it can.',
    docs: 'api.md#waiting-and-following',
  },
  BULK_BUSY: {
    means: 'This gateway has three bulk runs under way.',
    docs: 'operations.md#parked-sagas',
  },
  READ_MODEL_UNAVAILABLE: {
    means:
      'The database of the read models does not answer the gateway. Sagas and services are not touched.',
    docs: 'operations.md#read-models',
  },
  LOGIN_REFUSED: {
    means:
      'The login for reading payloads in the Temporal Web UI was not begun here, took too long, or its code is not good any more.',
    docs: 'temporal-payloads.md#the-web-ui',
  },
  CURSOR_INVALID: {
    means:
      'The cursor of a page is none that was given out. Over HTTP it is answered QUERY_INVALID.',
    next: 'take next of the page before, or begin at the first page',
    docs: 'api.md',
  },
};
