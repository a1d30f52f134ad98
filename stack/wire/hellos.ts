/** A request that every HTTP server answers, and ends. */
export const httpHello = Buffer.from(
  'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
);
/** ApiVersions 0, correlation 1, client "a". */
export const kafkaHello = Buffer.from('0000000b' + '0012' + '0000' + '00000001' + '000161', 'hex');
/** OP_MSG with `{hello: 1, $db: "admin"}`. */
export const mongoHello = (() => {
  const document = Buffer.concat([
    Buffer.from('\x10hello\0\x01\0\0\0', 'latin1'),
    Buffer.from('\x02$db\0\x06\0\0\0admin\0\0', 'latin1'),
  ]);
  const body = Buffer.alloc(4 + document.length);
  body.writeInt32LE(body.length, 0);
  document.copy(body, 4);
  const head = Buffer.alloc(21);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(1, 4);
  head.writeInt32LE(2_013, 12);
  return Buffer.concat([head, body]);
})();
/** The preface of HTTP/2 with empty settings. */
export const http2Hello = Buffer.from(
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0',
  'latin1',
);

/** Start of a session of the user `admin`. */
export const postgresHello = (() => {
  const told = Buffer.from('\0\x03\0\0user\0admin\0database\0postgres\0\0', 'latin1');
  const length = Buffer.alloc(4);
  length.writeInt32BE(told.length + 4);
  return Buffer.concat([length, told]);
})();
/** Asks, in the clear, to go on under TLS; answered with one letter. */
export const postgresAsksForTls = Buffer.from('0000000804d2162f', 'hex');
/** A refusal in PostgreSQL's own protocol. */
export const isPostgresError = (data: Buffer) => data[0] === 'E'.charCodeAt(0);

/** Inline command. */
export const redisHello = Buffer.from('PING\r\n');

/** A ping of the members of a Consul cluster, for whoever is there: number 1, no name. */
export const gossipHello = Buffer.from('\0\x82\xa5SeqNo\x01\xa4Node\xa0', 'latin1');

/** A call between Consul's agents, of a method that nobody has: an honest server says so. */
export const consulCall = Buffer.from(
  '\x82\xadServiceMethod\xabStatus.Nope\xa3Seq\x01\x80',
  'latin1',
);
