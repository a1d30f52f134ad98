import { readReport } from '../../support/schemathesis';

const label = 'POST /sagas/{id}/skip';

/** A request that was answered, as the client reports it. */
function answered(status: number, headers: Record<string, readonly string[]>): string {
  const failed = { name: 'not_a_server_error', status: 'failure' };
  const recorder = {
    label,
    interactions: { one: { request: { uri: '/x', headers }, response: { status_code: status } } },
    checks: { one: [{ name: 'status_code_conformance', status: 'success' }, failed] },
  };
  return JSON.stringify({ ScenarioFinished: { recorder } });
}

const unable = (message: string): string =>
  JSON.stringify({ NonFatalError: { label, value: { type: 'ValueError', message } } });

test('whoever says how long he waits is answered 504, and that is no failure', () => {
  const { requests, statuses, problems } = readReport(
    answered(504, { 'X-Request-Timeout': ['0.001'] }),
  );
  expect([requests, statuses.get(504), problems]).toEqual([1, 1, []]);
});

test.each([
  ['504 without that', answered(504, { Accept: ['*/*'] })],
  ['another 5xx', answered(500, { 'X-Request-Timeout': ['0.001'] })],
  ['an operation that it could not ask for', unable('no such path')],
])('%s is a problem', (_what, report) => {
  expect(readReport(report).problems).toEqual([expect.stringContaining(label)]);
});

test('a header value that its own library does not send is none of ours', () => {
  const message = "urllib3.util.SKIP_HEADER only supports 'Accept-Encoding'";
  expect(readReport(unable(message)).problems).toEqual([]);
});
