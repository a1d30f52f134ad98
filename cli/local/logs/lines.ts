import { z } from 'zod';
import { isOfSaga } from '../../../platform/kernel/saga-id';

/** From what is told least to what is told most. */
export const levels = ['error', 'warn', 'info', 'debug'] as const;
export type Level = (typeof levels)[number];

/** A line of a log, of one of our processes or of a server. */
export interface LogLine {
  /** Name of the process, as its log file is called. */
  readonly process: string;
  /** ISO time; that of the line before where it says none. */
  readonly time: string;
  /** Undefined where a server wrote it in words of its own. */
  readonly level: Level | undefined;
  readonly text: string;
  /** Everything else it says. */
  readonly fields: Readonly<Record<string, unknown>>;
}

const shape = z.looseObject({
  level: z.enum(levels),
  time: z.string(),
  msg: z.string().default(''),
});

function parsed(text: string): z.infer<typeof shape> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return shape.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Reads lines of one process; one that is no JSON of ours stands at the time of the one before it. */
export function lineReader(process: string): (text: string) => LogLine {
  let lastTime = '';
  return (text) => {
    const found = parsed(text);
    if (found === undefined) return { process, time: lastTime, level: undefined, text, fields: {} };
    const { level, time, msg, ...fields } = found;
    delete fields.process; // the name of the file says it, and which of several it is
    lastTime = time;
    return { process, time, level, text: msg, fields };
  };
}

/** What somebody wants to see. */
export interface Wanted {
  readonly level: Level;
  /** Workflow id or saga id. */
  readonly saga?: string | undefined;
}

/** Whether a line is one of those. A server's own words have no level: they are shown unless a saga is asked for. */
export function isWanted({ level, fields }: LogLine, wanted: Wanted): boolean {
  const isLoud = level === undefined || levels.indexOf(level) <= levels.indexOf(wanted.level);
  const { saga: asked } = wanted;
  if (!isLoud || asked === undefined) return isLoud;
  const { sagaId, workflowId } = fields;
  const [workflow = ''] = asked.split('/');
  return [sagaId, workflowId].some((id) => id === workflow || isOfSaga(id, asked));
}

const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
};

/** For people: time of day, level, process, what was said, and the fields behind it. */
export function asText({ process, time, level, text, fields }: LogLine): string {
  const { error, ...others } = fields;
  const cause = error as { readonly code?: string; readonly message?: string } | undefined;
  const told = {
    ...others,
    ...(cause && { error: cause.message, code: cause.code ?? others.code }),
  };
  const pairs = Object.entries(told)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${shown(value)}`);
  const clock = time.slice(11, 23).padEnd(12);
  return [clock, (level ?? '').padEnd(5), process.padEnd(12), text, ...pairs].join(' ').trimEnd();
}

/** For programs: one JSON object, ours as it was written. */
export function asJson({ process, time, level, text, fields }: LogLine): string {
  return JSON.stringify({
    level,
    time: time === '' ? undefined : time,
    process,
    msg: text,
    ...fields,
  });
}
