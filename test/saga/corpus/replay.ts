import { Worker } from '@temporalio/worker';
import { startTracing } from '../../../platform/runtime/tracing';
import type { NamedHistory } from './histories';

/** A recorded saga that does not replay on a bundle, and where. */
export interface ReplayFailure {
  /** File name of the history, without its ending. */
  readonly name: string;
  /** Names saga, step and history, what was recorded and what the code does now, and what to do about it. */
  readonly message: string;
}

/** Replays histories on a bundle; answers those that fail. */
export async function replayHistories(
  codePath: string,
  histories: readonly NamedHistory[],
): Promise<ReplayFailure[]> {
  const tracing = startTracing({ serviceName: 'replay', register: false });
  const failures: ReplayFailure[] = [];
  const results = Worker.runReplayHistories(
    { workflowBundle: { codePath }, plugins: [tracing.plugin] },
    histories,
  );
  for await (const { workflowId, error } of results) {
    if (error === undefined) continue;
    const recorded = histories.find((one) => one.workflowId === workflowId);
    if (recorded === undefined) throw error;
    const message = explainReplayFailure(recorded, error);
    failures.push({ name: recorded.name, message });
  }
  await tracing.stop();
  return failures;
}

interface RecordedPayloads {
  readonly payloads?: readonly { readonly data?: Uint8Array }[];
}

/** What is needed of an event of a history; numbers may be `Long`s. */
interface RecordedEvent {
  readonly eventId?: { toString(): string };
  readonly userMetadata?: { readonly summary?: { readonly data?: Uint8Array } };
  readonly workflowExecutionStartedEventAttributes?: { readonly workflowType?: { name?: string } };
  readonly markerRecordedEventAttributes?: {
    readonly details?: Readonly<Record<string, RecordedPayloads>>;
  };
  readonly activityTaskScheduledEventAttributes?: {
    readonly activityType?: { readonly name?: string };
    readonly input?: RecordedPayloads;
  };
}

const whatToDo =
  "Guard the change with patched('…'), give the saga another name, or release it as a build of its own and " +
  'let sagas end on theirs: see docs/versions.md.';

/** Turns Temporal's nondeterminism error into a sentence about saga and step; other errors are told as they are. */
export function explainReplayFailure(
  { name, history }: Pick<NamedHistory, 'name' | 'history'>,
  error: Error,
): string {
  const events = (history as { readonly events: readonly RecordedEvent[] }).events;
  const detail = /Nondeterminism error: (.*?)(?:", source:|$)/s.exec(error.message)?.[1];
  if (detail === undefined) return `${name} does not replay: ${error.name}: ${error.message}`;
  const saga = events[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name ?? name;
  const event = placeOf(events, detail);
  const place = event === undefined ? '' : ` at step "${stepOf(event)}"`;
  const where = event === undefined ? '' : `event ${String(event.eventId)} of `;
  return (
    `${error.name}: the saga ${saga} does not replay on this code${place} (${where}${name}.json). ` +
    `${differenceOf(detail)} Sagas in flight would stop there. ${whatToDo}`
  );
}

/** The patch that a history asked about at a place where the code of today does something else. */
const patchIn = (detail: string) => /patch marker encountered for change (\S+?),/.exec(detail)?.[1];

function differenceOf(detail: string): string {
  const patch = patchIn(detail);
  if (patch !== undefined) {
    return `It was recorded with the patch "${patch}" here, and the code now does something else first.`;
  }
  const types = /scheduled event '([^']+)' does not match.*command '([^']+)'/.exec(detail);
  if (types === null) return `Temporal says: ${detail}.`;
  return `It was recorded as ${types[1]}, and the code now sends ${types[2]}.`;
}

/** The scheduled message at which code and history part: by event id where Temporal tells it, else by activity type. */
function placeOf(events: readonly RecordedEvent[], detail: string): RecordedEvent | undefined {
  const sent = events.filter((event) => event.activityTaskScheduledEventAttributes);
  const patch = patchIn(detail);
  if (patch !== undefined) {
    const from = events.findIndex((event) => isMarkOf(event, patch));
    return sent.find((event) => events.indexOf(event) > from && messageOf(event)?.step);
  }
  const id = Number(/HistoryEvent\(id: (\d+)/.exec(detail)?.[1] ?? Number.NaN);
  if (!Number.isNaN(id)) return sent.filter((event) => Number(event.eventId) <= id).at(-1);
  const type = /scheduled event '([^']+)'/.exec(detail)?.[1];
  return sent.find((event) => typeOf(event) === type);
}

function typeOf({ activityTaskScheduledEventAttributes: sent }: RecordedEvent): string {
  return sent?.activityType?.name ?? '';
}

/** Every message names its step; what is none (an activity of the engine's own) has a summary or at least a type. */
function stepOf(event: RecordedEvent): string {
  const summary = parsed(event.userMetadata?.summary?.data);
  return messageOf(event)?.step ?? (typeof summary === 'string' ? summary : typeOf(event));
}

function messageOf({ activityTaskScheduledEventAttributes: sent }: RecordedEvent) {
  return parsed(sent?.input?.payloads?.[0]?.data) as { readonly step?: string } | undefined;
}

function isMarkOf(
  { markerRecordedEventAttributes: marker }: RecordedEvent,
  patch: string,
): boolean {
  return Object.values(marker?.details ?? {}).some(({ payloads }) =>
    payloads?.some(({ data }) => (parsed(data) as { id?: string } | undefined)?.id === patch),
  );
}

function parsed(data: Uint8Array | undefined): unknown {
  if (data === undefined) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(data));
  } catch {
    return undefined; // an encrypted payload tells no step
  }
}
