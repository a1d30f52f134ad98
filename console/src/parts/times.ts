const secondMs = 1_000;
const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;

/** A duration in the unit a person would take for it; a dash where there is none. */
export function durationText(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || Number.isNaN(ms)) return '–';
  if (ms < secondMs) return `${Math.round(ms)} ms`;
  if (ms < minuteMs) return `${(ms / secondMs).toFixed(ms < 10 * secondMs ? 2 : 1)} s`;
  if (ms < hourMs) return twoUnits(ms, [minuteMs, 'min'], [secondMs, 's']);
  if (ms < dayMs) return twoUnits(ms, [hourMs, 'h'], [minuteMs, 'min']);
  return twoUnits(ms, [dayMs, 'd'], [hourMs, 'h']);
}

type Unit = readonly [ms: number, name: string];

function twoUnits(ms: number, [largeMs, large]: Unit, [smallMs, small]: Unit): string {
  const rest = Math.floor((ms % largeMs) / smallMs);
  const first = `${Math.floor(ms / largeMs)} ${large}`;
  return rest === 0 ? first : `${first} ${rest} ${small}`;
}

/** How long ago something was, by the clock of this machine. */
export function agoText(time: string, nowMs: number): string {
  const ms = nowMs - Date.parse(time);
  if (Number.isNaN(ms)) return '–';
  if (ms < secondMs) return 'now';
  return `${durationText(ms < minuteMs ? Math.floor(ms / secondMs) * secondMs : ms)} ago`.replace(
    /\.\d+ s/,
    ' s',
  );
}

/** Local time of day, with the date where it was another day, to the millisecond where that matters. */
export function localText(time: string, now: Date, withMs = false): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
  const ms = withMs ? `.${String(date.getMilliseconds()).padStart(3, '0')}` : '';
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(twoDigits).join('-');
  const isToday = date.toDateString() === now.toDateString();
  return isToday ? `${clock}${ms}` : `${day} ${clock}${ms}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** A share as people say it: 99.95 %. */
export function percentText(share: number | null): string {
  return share === null ? '–' : `${Number((share * 100).toFixed(2))} %`;
}
