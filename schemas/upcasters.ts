import type { Upcaster } from '../platform/event-log/upcasters/upcaster';

/**
 * Every upcaster, one line each: how events of a major version are read as those of the next. Each stays for good, as
 * the events do. `holdfast schema check` names the one that is missing.
 */
export const upcasters: readonly Upcaster[] = [];
