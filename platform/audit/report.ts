import { createHash, createPrivateKey } from 'node:crypto';
import type { X509Certificate } from 'node:crypto';
import { CompactSign, compactVerify, decodeProtectedHeader } from 'jose';
import { z } from 'zod';
import { canonicalJson } from '../kernel/json';
import { algorithmOf, certificatesOf, trustedLeaf } from '../security/grant-certificates';
import { authoritiesOver } from '../security/retired';
import type { RetiredAuthority } from '../security/retired';
import type { Credentials } from '../security/tls';
import type { AuditPass } from './auditor';
import type { Ledger, ReportTail } from './ledger/port';

/** The profile of report lines: compact JWS, signed with the key of the auditor's own certificate. */
export const reportProfile = {
  type: 'holdfast-audit+jws',
  signer: 'auditor',
  pageMax: 500,
} as const;

const header = z.object({
  typ: z.literal(reportProfile.type),
  x5c: z.array(z.string()).min(1).max(3),
});
const claims = z.object({
  number: z.int().min(1),
  at: z.iso.datetime(),
  previous: z.string(),
  services: z.array(z.object({ name: z.string(), away: z.string().exactOptional() })).optional(),
});

const noLine: ReportTail = { number: 0, line: '' };

/** sha256 of a line, by which the next one names it; empty for the first. */
function hashOfLine(line: string): string {
  return line === '' ? '' : createHash('sha256').update(line).digest('hex');
}

/**
 * What a line says: where every service was read to, what was counted, and what was found since the line before. Lines
 * are not sealed, so that they can be checked without keys: of a finding they have the ids, and no detail.
 */
export interface ReportBody {
  readonly services: readonly object[];
  readonly found: readonly object[];
  readonly judgedSagas: number;
  readonly passes: number;
}

/** Signs the line that follows `tail`; a line that is changed or left out no longer fits the next one. */
export async function signLine(
  tail: ReportTail,
  body: ReportBody,
  of: { readonly credentials: Pick<Credentials, 'cert' | 'key'>; readonly at: Date },
): Promise<string> {
  const key = createPrivateKey(of.credentials.key);
  const alg = algorithmOf(key);
  if (alg === undefined) throw new Error('the key of our certificate cannot sign report lines');
  const x5c = certificatesOf(of.credentials.cert).map(({ raw }) => raw.toString('base64'));
  const line = {
    number: tail.number + 1,
    at: of.at.toISOString(),
    previous: hashOfLine(tail.line),
  };
  const text = canonicalJson({ ...line, ...body });
  return new CompactSign(new TextEncoder().encode(text))
    .setProtectedHeader({ alg, typ: reportProfile.type, x5c })
    .sign(key);
}

/** What a look at the whole report has shown; `broken` names the first line that does not fit. */
export interface ReportVerdict {
  readonly lines: number;
  readonly from?: string;
  readonly to?: string;
  readonly broken?: { readonly number: number; readonly problem: string };
}

/**
 * Walks the report from its first line: numbers without a hole, each line signed by an auditor of ours whose
 * certificate was good then, and each naming the one before. An authority that was retired counts for what was signed
 * until that moment. Lines cut off at the end cannot be seen here; the number
 * of the last line is also in the auditor's log and metrics.
 */
export async function verifyReport(
  ledger: Pick<Ledger, 'reportLines'>,
  caPem: string | Buffer,
  retired: readonly RetiredAuthority[] = [],
): Promise<ReportVerdict> {
  const authoritiesAt = authoritiesOver(certificatesOf(caPem), retired);
  let before = noLine;
  let times: { from?: string; to?: string } = {};
  for (;;) {
    const page = { after: before.number, limitMax: reportProfile.pageMax };
    const lines = await ledger.reportLines(page);
    for (const one of lines) {
      const read = await readLine(one, before, authoritiesAt);
      if (typeof read === 'string') {
        return {
          lines: before.number,
          ...times,
          broken: { number: before.number + 1, problem: read },
        };
      }
      times = { from: times.from ?? read.at, to: read.at };
      before = one;
    }
    if (lines.length === 0) return { lines: before.number, ...times };
  }
}

async function readLine(
  { number, line }: ReportTail,
  before: ReportTail,
  authoritiesAt: (atMs: number) => readonly X509Certificate[],
): Promise<z.infer<typeof claims> | string> {
  if (number !== before.number + 1) return 'the line is missing';
  const parsed = parse(line);
  if (parsed === undefined) return 'the line cannot be read';
  const { x5c, said } = parsed;
  const atMs = Date.parse(said.at);
  const trust = { authorities: authoritiesAt(atMs), signers: [reportProfile.signer], atMs };
  const leaf = trustedLeaf(x5c, trust);
  if (typeof leaf === 'string') return leaf;
  const algorithm = algorithmOf(leaf.publicKey);
  const isSigned = await compactVerify(line, leaf.publicKey, {
    algorithms: [algorithm ?? ''],
  }).then(
    () => true,
    () => false,
  );
  if (!isSigned) return 'the signature does not fit: the line was changed';
  if (said.number !== number) return `it says that it is line ${said.number}`;
  if (said.previous === hashOfLine(before.line)) return said;
  return 'the line before it was changed';
}

function parse(line: string) {
  try {
    const { x5c } = header.parse(decodeProtectedHeader(line));
    const [, payload = ''] = line.split('.');
    const said: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    return { x5c, said: claims.parse(said) };
  } catch {
    return undefined; // whatever it is, it is no line of ours
  }
}

/** What the last line of a report says. */
export interface LastLine {
  /** Which services were waiting when it was written, and for what. */
  readonly away: readonly string[];
  /** Why nothing of it is believed: it is no line of ours that follows the one before. */
  readonly doubt?: string;
}

/** Reads the last line as {@link verifyReport} reads each of them. Before the first line nobody waits. */
export async function readLastLine(
  ledger: Pick<Ledger, 'reportTail' | 'reportLines'>,
  caPem: string | Buffer,
  retired: readonly RetiredAuthority[] = [],
): Promise<LastLine> {
  const { number } = await ledger.reportTail();
  const lines = await ledger.reportLines({ after: Math.max(0, number - 2), limitMax: 2 });
  if (number === 0) return { away: [] };
  const last = lines.find((one) => one.number === number);
  const before = number === 1 ? noLine : lines.find((one) => one.number === number - 1);
  const read =
    last === undefined || before === undefined
      ? 'it or the line before it is missing'
      : await readLine(last, before, authoritiesOver(certificatesOf(caPem), retired));
  if (typeof read === 'string') return { away: [], doubt: `line ${number}: ${read}` };
  const { services = [] } = read;
  return {
    away: services.flatMap(({ name, away }) => (away === undefined ? [] : [`${name}: ${away}`])),
  };
}

/** A pass in short, as a line tells it. */
export function bodyOf(passes: readonly AuditPass[]): ReportBody {
  const last = passes.at(-1);
  return {
    services: (last?.services ?? []).map((one) =>
      one.away === undefined
        ? {
            ...{ name: one.name, events: one.mark.events, repeats: one.mark.repeats },
            offsets: one.mark.offsets,
          }
        : { name: one.name, away: one.away },
    ),
    found: passes.flatMap(({ found }) => found.map(({ detail: _, ...ids }) => ids)),
    judgedSagas: passes.reduce((sum, { judgedSagas }) => sum + judgedSagas, 0),
    passes: passes.length,
  };
}
