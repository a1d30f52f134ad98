import type { Found } from '../../platform/event-log/finding/find';

/** For people: where it stands, what it is, for whom, and what it says. */
export function eventLines({ topic, partition, offset, event, problem }: Found): readonly string[] {
  const place = `${topic}/${partition}@${offset}`;
  if (event === undefined) return [`${place}  cannot be read: ${problem}`];
  const { recordedTime, aggregateId, seq, type, schema, data, sagaId, step, direction } = event;
  const back = direction === 'undo' ? ' (undo)' : '';
  const cause =
    sagaId === undefined ? '' : `  ${sagaId}${step === undefined ? '' : ` “${step}”${back}`}`;
  return [
    `${recordedTime}  ${aggregateId}:${seq}  ${type} ${schema}${cause}`,
    `    ${JSON.stringify(data)}`,
  ];
}

/** For programs: everything the log has of it. */
export function eventJson({ topic, partition, offset, event, problem }: Found): string {
  return JSON.stringify({ topic, partition, offset, ...event, problem });
}
