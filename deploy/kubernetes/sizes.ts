import { forServices } from '../../activities/list';
import type { PlatformProcess } from '../../cli/up/processes';
import { eventPartitions } from '../../platform/event-log/topics';

/** How large a process is, and how many of it there are. */
export interface Size {
  /** Kept at all times; more come with the load where `max` is higher. */
  readonly min: number;
  readonly max: number;
  /** Millicores it is promised; it may take more where there are some. */
  readonly cpu: number;
  /** MiB it may use; another one ends it. Two thirds of it are Node's heap. */
  readonly memory: number;
}

const service: Size = { min: 2, max: 6, cpu: 250, memory: 768 };

/**
 * A projector more than a topic has partitions would stand by; a service more than that still takes steps and
 * requests, and relays nothing. The key store and the auditor are alone: see `cli/up/instances.ts`. An orchestrator
 * holds sagas in memory by the size of its heap.
 */
export const sizes: Readonly<Record<PlatformProcess, Size>> = {
  gateway: { min: 2, max: 6, cpu: 500, memory: 768 },
  orchestrator: { min: 2, max: 6, cpu: 1_000, memory: 3_072 },
  ...forServices(() => service),
  projector: { min: 2, max: eventPartitions, cpu: 250, memory: 768 },
  auditor: { min: 1, max: 1, cpu: 250, memory: 768 },
  keys: { min: 1, max: 1, cpu: 100, memory: 512 },
};

/** MiB of Node's heap; the rest is for buffers, code and threads. */
export const heapOf = ({ memory }: Size): number => Math.floor((memory * 2) / 3);
