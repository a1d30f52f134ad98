import { requests } from 'kafkajs/src/protocol/requests';
import { quickFetch } from './fetch';
import { quickProduce } from './produce';

/**
 * Has the client library write and read records by our code. Its own makes a buffer for every header and copies every
 * record six times, and reads headers in a time that grows with the square of their number: see docs/performance.md.
 * Bytes and records are the same, which a test holds for both; versions and formats that are not known here stay the
 * library's.
 */
requests.Produce = quickProduce(requests.Produce);
requests.Fetch = quickFetch(requests.Fetch);
