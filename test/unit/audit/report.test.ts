import type { ReportTail } from '../../../platform/audit/ledger/port';
import { readLastLine, signLine, verifyReport } from '../../../platform/audit/report';
import { createAuthority } from '../../../stack/authority';
import type { Authority } from '../../../stack/authority';
import { createLeaf } from '../../../stack/certificates';

const body = { services: [], found: [], judgedSagas: 0, passes: 1 };
const pemOf = ({ certificate }: Authority): string => certificate.toString('pem');
const minutesFromNow = (count: number): Date => new Date(Date.now() + count * 60_000);

/** A report of two lines: one under the authority before, a minute ago, and one under the next, just now. */
async function writtenUnder(old: Authority, after: Authority) {
  const lines: ReportTail[] = [];
  for (const [number, at] of [
    [1, minutesFromNow(-1)],
    [2, new Date()],
  ] as const) {
    const leaf = await createLeaf(number === 1 ? old : after, 'auditor');
    const credentials = { cert: Buffer.from(leaf.crt), key: Buffer.from(leaf.key) };
    const tail = lines.at(-1) ?? { number: 0, line: '' };
    lines.push({ number, line: await signLine(tail, body, { credentials, at }) });
  }
  return { reportLines: async ({ after: from }: { after: number }) => lines.slice(from) };
}

test('a line is good under the authority of its time, retired or not', async () => {
  const [old, after] = await Promise.all([createAuthority(), createAuthority()]);
  const report = await writtenUnder(old, after);
  const retiredAt = (at: Date) => [{ certificate: pemOf(old), retiredAt: at.toISOString() }];
  const now = pemOf(after);

  expect(await verifyReport(report, now, retiredAt(new Date()))).toMatchObject({ lines: 2 });
  const problem = 'its certificate was not valid under our authority when it signed';
  expect((await verifyReport(report, now)).broken).toEqual({ number: 1, problem });
  // What was signed after its retirement is nobody's.
  const sooner = retiredAt(minutesFromNow(-2));
  expect((await verifyReport(report, now, sooner)).broken).toEqual({ number: 1, problem });
});

test('the last line is believed where the auditor has signed it, behind the line before it', async () => {
  const [authority, foreign] = await Promise.all([createAuthority(), createAuthority()]);
  const { reportLines } = await writtenUnder(authority, authority);
  const [first, last] = (await reportLines({ after: 0 })) as [ReportTail, ReportTail];
  const read = (...lines: readonly ReportTail[]) => {
    const tail = lines.at(-1)!;
    const told = {
      reportTail: async () => tail,
      reportLines: async ({ after }: { after: number }) =>
        lines.filter(({ number }) => number > after),
    };
    return readLastLine(told, pemOf(authority));
  };
  const doubt = expect.any(String) as string;
  expect(await read(first)).toEqual({ away: [] });
  expect(await read(first, last)).toEqual({ away: [] });

  const [head = '', , signature = ''] = last.line.split('.');
  const claims = { number: 3, at: new Date().toISOString(), previous: '', services: [] };
  const calm = Buffer.from(JSON.stringify(claims)).toString('base64url');
  for (const line of ['', `${head}.${calm}.${signature}`, last.line]) {
    expect(await read(first, last, { number: 3, line })).toEqual({ away: [], doubt });
  }
  expect(await read(last)).toEqual({ away: [], doubt });
  const strange = await (await writtenUnder(foreign, foreign)).reportLines({ after: 0 });
  expect(await read(...strange)).toEqual({ away: [], doubt });
  // Of another report, and genuine.
  const other = await (await writtenUnder(authority, authority)).reportLines({ after: 1 });
  expect(await read(first, ...other)).toMatchObject({
    doubt: expect.stringContaining('before it') as string,
  });
});
