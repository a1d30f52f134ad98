import { FollowRefused } from '../../../client/follow';
import { createHoldfast } from '../../../client/client';

const event = (id: string, name: string, data: object): string =>
  `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
const ended = 'event: end\ndata: {"state":"completed"}\n\n';
const saga = (state: string) => ({ id: 's', state });

/** A gateway that answers with one stream after the other, cut into pieces of seven bytes. */
function over(...streams: readonly (string | Response | Error)[]) {
  const asked: (string | null)[] = [];
  const waits: number[] = [];
  const fetch = async (request: Request): Promise<Response> => {
    asked.push(request.headers.get('last-event-id'));
    const next = streams[asked.length - 1];
    if (next === undefined || next instanceof Error) throw next ?? new Error('no more streams');
    if (next instanceof Response) return next;
    const bytes = new TextEncoder().encode(next);
    const body = new ReadableStream<Uint8Array>({
      start(to) {
        for (let at = 0; at < bytes.length; at += 7) to.enqueue(bytes.slice(at, at + 7));
        to.close();
      },
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  };
  const client = createHoldfast({
    ...{ baseUrl: 'https://gateway.test', fetch, token: async () => 'a-token', patienceMs: 0 },
    pause: (ms) => Promise.resolve(void waits.push(ms)),
  });
  const all = async (signal?: AbortSignal) => {
    const seen: string[] = [];
    for await (const { event: name, saga: found } of client.follow('a/b', signal)) {
      seen.push(`${name} ${found.state}`);
    }
    return seen;
  };
  return { all, client, asked, waits };
}

test('a saga is followed to its end, over pieces that are cut anywhere', async () => {
  const { all, asked } = over(
    `${event('t:1', 'saga', saga('running'))}:\n\n${event('t:3', 'saga', saga('completed'))}${ended}`,
  );
  expect(await all()).toEqual(['saga running', 'saga completed']);
  expect(asked).toEqual([null]);
});

test('a stream that is cut goes on where it was, when the gateway says', async () => {
  const { all, asked, waits } = over(
    `retry: 250\n\n${event('t:1', 'saga', saga('running'))}`,
    new TypeError('the network is away'),
    `${event('t:4', 'saga', saga('completed'))}${ended}`,
  );
  expect(await all()).toEqual(['saga running', 'saga completed']);
  expect(asked).toEqual([null, 't:1', 't:1']);
  expect(waits).toEqual([250, 250]);
});

test('a read model that was built anew is told as such', async () => {
  const { all } = over(
    `${event('t:1', 'saga', saga('running'))}${event('u:2', 'reset', saga('parked'))}${ended}`,
  );
  expect(await all()).toEqual(['saga running', 'reset parked']);
});

test('a refusal is an error with its code, and is not asked again', async () => {
  const refused = Response.json({ code: 'NOT_FOUND' }, { status: 404 });
  const { all, asked } = over(refused);
  await expect(all()).rejects.toMatchObject({ code: 'NOT_FOUND', status: 404 });
  expect(asked).toHaveLength(1);
  const broken = over('event: problem\ndata: {"code":"ROW_REFUSED"}\n\n');
  await expect(broken.all()).rejects.toBeInstanceOf(FollowRefused);
});

test('who has seen enough leaves, by the signal or by breaking off', async () => {
  const running = event('t:1', 'saga', saga('running'));
  const { client, asked } = over(running.repeat(3), running);
  for await (const { saga: found } of client.follow('s')) {
    expect(found.state).toBe('running');
    break;
  }
  expect(asked).toHaveLength(1);
  const gone = new AbortController();
  gone.abort();
  expect(await over(running).all(gone.signal)).toEqual([]);
});
