import { readFileSync } from 'node:fs';
import path from 'node:path';
import { orderLinesMax } from '../../activities/inventory/decider';
import { relayLimits } from '../../platform/event-log/relay/options';
import { bodyLimits } from '../../platform/http/body';
import { rateLimits } from '../../platform/http/rate-limit';
import { conflictLimits } from '../../platform/outbox/conflict';
import { eventLimits } from '../../platform/outbox/stamp';
import { sagaLimits } from '../../platform/saga/limits';
import { root } from './checks/repository';

const page = readFileSync(path.join(root, 'docs/limits.md'), 'utf8');
const written = (value: number): string => value.toLocaleString('en-US');
const seconds = (valueMs: number): string => `${valueMs / 1000} s`;
const minutes = (valueMs: number): string => `${valueMs / 60_000} minutes`;

test.each([
  `| lines of an order | ${orderLinesMax},`,
  `| body | ${bodyLimits.bytesMax / 1024} KiB, ${bodyLimits.depthMax} levels, ${written(bodyLimits.membersMax)} members`,
  `| requests of a person or service | ${written(rateLimits.subject)} a minute`,
  `| starts of a person or service | ${written(rateLimits.start)} a minute`,
  `| requests without a token, of an address | ${written(rateLimits.address)} a minute`,
  `| tokens that nobody of ours gave out, of an address | ${written(rateLimits.refused)} a minute`,
  `| one attempt of a step | ${seconds(sagaLimits.attemptMs)} |`,
  `| an aggregate held by another saga | ${seconds(sagaLimits.busyPatienceMs)} of`,
  `| a step after the pivot | ${sagaLimits.retriableAttemptsMax} attempts or ${minutes(sagaLimits.retriablePatienceMs)} |`,
  `| an undo | ${sagaLimits.undoAttemptsMax} attempts or ${minutes(sagaLimits.undoPatienceMs)} |`,
  `| history | ${written(sagaLimits.historyEventsMax)} events |`,
  `| bytes of a history | ${sagaLimits.historyBytesMax / 1_024 ** 2} MiB |`,
  `| step name | ${sagaLimits.stepNameLengthMax} characters |`,
  `| one event | ${written(eventLimits.eventBytesMax)} bytes |`,
  `| events of one transaction | ${eventLimits.eventsPerTransactionMax}, ${written(eventLimits.transactionBytesMax)} bytes together |`,
  `| one send of a relay | ${relayLimits.batchSizeMax} messages, ${written(relayLimits.batchBytesMax)} bytes |`,
  `retried (${conflictLimits.attemptsMax} times`,
])('docs/limits.md says what the code does: %s', (line) => {
  expect(page).toContain(line);
});
