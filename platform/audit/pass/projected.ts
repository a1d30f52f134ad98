import type { AuditFinding } from '../codes';
import { auditLimits } from '../options';
import type { AuditParts, ProjectionPosition } from '../options';
import type { Seen, ServiceMark } from '../ledger/port';

interface Of {
  readonly service: string;
  readonly topic: string;
  readonly mark: ServiceMark;
}

/**
 * What a projection went past, it must have applied, with the same content. Its place and what it applied change in one
 * transaction, so what is missing below its place is missing. Answers how far this was looked at.
 */
export async function followProjections(
  { ledger, projections }: Pick<AuditParts, 'ledger' | 'projections'>,
  { service, topic, mark }: Of,
  findings: AuditFinding[],
): Promise<ServiceMark['projected']> {
  if (projections === undefined) return mark.projected;
  const projected = { ...mark.projected };
  for (const position of await projections.positions(topic)) {
    const key = `${position.projection}/${position.partition}`;
    const from = projected[key] ?? '0';
    const read = BigInt(mark.offsets[position.partition] ?? '0');
    const end = position.nextOffset < read ? position.nextOffset : read;
    if (BigInt(from) >= end) continue;
    const { partition } = position;
    const page = { partition, offset: from, limitMax: auditLimits.projectedMax };
    const seen = await ledger.seenFrom(service, page);
    const due = seen.filter(({ offset }) => BigInt(offset) < end);
    findings.push(...(await lacking({ ...position, topic }, due, { service, projections })));
    const last = seen.length < auditLimits.projectedMax ? undefined : due.at(-1);
    projected[key] = String(last === undefined ? end : BigInt(last.offset) + 1n);
  }
  return projected;
}

async function lacking(
  { projection, topic }: ProjectionPosition & { readonly topic: string },
  due: readonly Seen[],
  {
    service,
    projections,
  }: { readonly service: string } & Required<Pick<AuditParts, 'projections'>>,
): Promise<readonly AuditFinding[]> {
  if (due.length === 0) return [];
  const first = await projections.lacking({ projection, topic }, due);
  if (first.length === 0) return [];
  const ids = new Set(first.map(({ aggregateId, seq }) => `${aggregateId}:${seq}`));
  const again = due.filter(({ aggregateId, seq }) => ids.has(`${aggregateId}:${seq}`));
  return (await projections.lacking({ projection, topic }, again)).map(({ aggregateId, seq }) => ({
    ...{ code: 'NOT_PROJECTED', service, subject: `${projection} ${aggregateId}:${seq}` },
    ...{ eventId: `${aggregateId}:${seq}`, detail: `${projection} went past it` },
  }));
}
