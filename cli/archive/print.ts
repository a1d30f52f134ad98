import type { FillReport } from './fill';
import { archiveCodes } from '../../platform/archive/codes';
import type { ExportReport } from '../../platform/archive/export';
import type { Manifest } from '../../platform/archive/files/manifest';
import type { PruneReport } from '../../platform/archive/prune';
import type { ArchiveFinding, ArchiveReport } from '../../platform/archive/verify';

const count = (value: number): string => value.toLocaleString('en');
const size = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;

/** What one export has added, for a person. */
export function exportLine({ topic, records, segments, bytes, ends }: ExportReport): string {
  const places = Object.entries(ends).map(([partition, end]) => `${partition} to ${end}`);
  const now = `the files reach ${places.length === 0 ? 'nowhere yet' : places.join(', ')}`;
  if (records === 0) return `${topic}: nothing new; ${now}.`;
  return `${topic}: ${count(records)} records in ${count(segments)} files, ${size(bytes)}; ${now}.`;
}

/** What a verification has shown, for a person. */
export function verifyLine({ topic, findings, ...counts }: ArchiveReport): string {
  const { segments, records, bytes, compared } = counts;
  if (segments === 0 && findings.length === 0) return `${topic}: nothing in files.`;
  const verdict = findings.length === 0 ? 'the files are whole' : 'the files are NOT SOUND';
  const held = `${count(records)} records in ${count(segments)} files, ${size(bytes)}`;
  return `${topic}: ${verdict}. ${held}; ${count(compared)} compared with the brokers.`;
}

/** Each finding with what to do next. */
export function findingLines(findings: readonly ArchiveFinding[]): readonly string[] {
  return findings.flatMap(({ code, detail }) => [`  ${detail}`, `    next: ${archiveCodes[code]}`]);
}

/** What the files of a topic hold, a line a partition. */
export function heldLines(topic: string, partitions: Manifest['partitions']): readonly string[] {
  const lines = Object.entries(partitions).map(([partition, segments]) => {
    const [first, last] = [segments[0]?.first ?? '-', segments.at(-1)?.last ?? '-'];
    const bytes = segments.reduce((sum, one) => sum + one.bytes, 0);
    const newest = Math.max(...segments.map(({ newestMs }) => newestMs));
    const until = segments.length === 0 ? 'never' : new Date(newest).toISOString();
    return `${topic}/${partition}: ${first} to ${last} in ${count(segments.length)} files, ${size(bytes)}, until ${until}`;
  });
  return lines.length === 0 ? [`${topic}: nothing`] : lines;
}

/** What was forgotten, or would be, and what keeps the rest. */
export function pruneLines({ topic, verdict, records, partitions }: PruneReport): string[] {
  const said = {
    pruned: `${count(records)} records are forgotten at the brokers`,
    planned: `${count(records)} records can be forgotten at the brokers`,
    refused: 'nothing was forgotten: the files are NOT SOUND',
  };
  return [
    `${topic}: ${said[verdict]}.`,
    ...partitions.map(({ partition, low, before, keptBy }) => {
      const gone = low === before ? `nothing before ${low}` : `${low} to ${BigInt(before) - 1n}`;
      return `  ${partition}: ${gone}; the rest is kept by ${keptBy}`;
    }),
  ];
}

/** What was appended, what was set back, and what comes next. */
export function fillLines(report: FillReport, service: string): string[] {
  const { topic, records, ends, rewound } = report;
  if (Object.keys(ends).length === 0) return [`${topic}: the files hold nothing of it.`];
  return [
    `${topic}: ${count(records)} records appended, at the offsets they had.`,
    ...rewound.map(({ generation, partition, from, to }) => {
      return `  ${generation} was set back in partition ${partition}, from ${from} to ${to}`;
    }),
    `  next: holdfast republish ${service}, then start the service and the projector`,
  ];
}
