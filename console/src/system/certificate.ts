const hourMs = 3_600_000;
const dayMs = 86_400_000;

/** When a certificate should have been renewed already. */
export const certificateLimits = {
  /** Renewal comes when a third of the lifetime is left; less than this part of it says that it did not. */
  warnBelowPart: 0.25,
  /** Where the lifetime is not told: what has at most so many days left is taken for one that renews itself daily. */
  shortLivedDays: 2,
  warnHoursOfShortLived: 4,
  warnDays: 7,
} as const;

export interface CertificateTimes {
  readonly notAfter: string;
  readonly notBefore?: string;
}

export interface CertificateLook {
  readonly daysLeft: number;
  readonly state: 'good' | 'soon' | 'over';
  readonly text: string;
}

function spanText(ms: number): string {
  const days = Math.floor(ms / dayMs);
  if (days >= 2) return `${days} days`;
  const hours = Math.floor(ms / hourMs);
  return hours >= 1 ? `${hours} h` : `${Math.max(0, Math.floor(ms / 60_000))} min`;
}

function warnMs({ notAfter, notBefore }: CertificateTimes, leftMs: number): number {
  const { warnBelowPart, shortLivedDays, warnHoursOfShortLived, warnDays } = certificateLimits;
  if (notBefore !== undefined)
    return (Date.parse(notAfter) - Date.parse(notBefore)) * warnBelowPart;
  return leftMs <= shortLivedDays * dayMs ? warnHoursOfShortLived * hourMs : warnDays * dayMs;
}

/** How a certificate stands: those of a stack live for a day, those somebody ordered for months. */
export function certificateLook(times: CertificateTimes, nowMs: number): CertificateLook {
  const leftMs = Date.parse(times.notAfter) - nowMs;
  const daysLeft = Math.max(0, Math.floor(leftMs / dayMs));
  if (!(leftMs > 0)) return { daysLeft, state: 'over', text: 'expired' };
  const state = leftMs < warnMs(times, leftMs) ? 'soon' : 'good';
  return { daysLeft, state, text: `${spanText(leftMs)} left` };
}
