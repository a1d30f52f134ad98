/* eslint-disable @typescript-eslint/consistent-type-imports -- a declared module has no imports of files beside it */
/** The part of the client library that says how requests are written and answers are read. */
declare module 'kafkajs/src/protocol/requests' {
  export const requests: import('./library').LibraryRequests;
}
declare module 'kafkajs/src/protocol/requests/produce' {
  const produce: import('./library').LibraryRequests['Produce'];
  export = produce;
}
declare module 'kafkajs/src/protocol/requests/fetch' {
  const fetch: import('./library').LibraryRequests['Fetch'];
  export = fetch;
}
