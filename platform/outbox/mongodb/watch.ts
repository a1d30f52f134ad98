import type { ChangeStream, Document } from 'mongodb';
import type { Wakes } from '../wake';

const reopenMs = 1_000;

/**
 * Turns inserts of events, by whichever process, into wakes. A change stream is only a hint: it
 * starts at "now", may end at any time and is reopened without a token, since the outbox itself is
 * read as a set.
 */
export function watchEvents(
  open: () => ChangeStream<Document, Document>,
  wakes: Wakes,
): () => void {
  let stream: ChangeStream<Document, Document> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  const reopen = () => {
    stream?.close().catch(() => undefined);
    if (isStopped || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      start();
    }, reopenMs).unref();
  };
  const start = () => {
    stream = open();
    stream.on('change', () => wakes.emit());
    stream.on('error', reopen);
    wakes.emit(); // whatever was written while nobody watched
  };
  start();
  return () => {
    isStopped = true;
    clearTimeout(timer);
    stream?.close().catch(() => undefined);
  };
}
