/** What is hidden: an answer to it is the attack that came through. */
const hidden = 'GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n';
const { length } = hidden;
const endThenHidden = `0\r\n\r\n${hidden}`;

/** Two headers that disagree about where the body ends, or one that says it in an odd way: name, headers, body. */
const ends: readonly (readonly [string, string, string])[] = [
  ['length and chunks', `Content-Length: ${length}\r\nTransfer-Encoding: chunked`, endThenHidden],
  ['chunks and length', 'Transfer-Encoding: chunked\r\nContent-Length: 4', endThenHidden],
  ['two lengths', `Content-Length: 0\r\nContent-Length: ${length}`, hidden],
  ['two lengths in one', `Content-Length: 0, ${length}`, hidden],
  ['a length with a sign', 'Content-Length: +0', hidden],
  ['a length in hexadecimal', 'Content-Length: 0x0', hidden],
  ['a negative length', 'Content-Length: -1', hidden],
  ['a length with a space before the colon', 'Content-Length : 0', hidden],
  ['chunks, spelt otherwise', `Content-Length: ${length}\r\nTransfer-Encoding: xchunked`, hidden],
  ['chunks with a space before the colon', 'Transfer-Encoding : chunked', endThenHidden],
  [
    'chunks behind a tab',
    `Content-Length: ${length}\r\nTransfer-Encoding:\tchunked`,
    endThenHidden,
  ],
  ['chunks twice', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity', endThenHidden],
  ['chunks, not last', 'Transfer-Encoding: chunked, identity', endThenHidden],
  [
    'a chunk size of 17 digits',
    'Transfer-Encoding: chunked',
    `ffffffffffffffff1\r\na\r\n${hidden}`,
  ],
  ['a chunk size with a sign', 'Transfer-Encoding: chunked', `+${endThenHidden}`],
  [
    'a chunk extension without end',
    'Transfer-Encoding: chunked',
    `1;${'a'.repeat(20_000)}\r\na\r\n${endThenHidden}`,
  ],
  [
    'a folded header',
    `X-A: 1\r\n Content-Length: ${length}\r\nTransfer-Encoding: chunked, x`,
    hidden,
  ],
  [
    'a carriage return in a header',
    `X-A: 1\rContent-Length: 0\r\nContent-Length: ${length}`,
    hidden,
  ],
  ['a zero byte in a header', 'X-A: a\0b\r\nContent-Length: 0', hidden],
  ['a header without a name', `: 1\r\nContent-Length: ${length}\r\nTransfer-Encoding: x`, hidden],
];

function post(headers: string, body: string, line = 'POST /sagas/none HTTP/1.1'): string {
  return `${line}\r\nHost: a\r\nContent-Type: application/json\r\n${headers}\r\n\r\n${body}`;
}

/** Requests, byte for byte, each of which hides another one. */
export const smuggled: Readonly<Record<string, string>> = {
  ...Object.fromEntries(ends.map(([name, headers, body]) => [name, post(headers, body)])),
  'line feeds alone': post('Content-Length: 0', hidden).replaceAll('\r\n', '\n'),
  'a second version': post('Content-Length: 0', hidden, 'POST /sagas/none HTTP/1.1 HTTP/1.1'),
  'version 0.9': `GET /\r\n${hidden}`,
  'version 1.9': post('Content-Length: 0', hidden, 'POST /sagas/none HTTP/1.9'),
};
