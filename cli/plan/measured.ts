import type { StepRoute } from '../../platform/saga/wire';

/** What uses CPU for a saga. */
export const parts = [
  ...(['orchestrator', 'services', 'temporal', 'databases', 'kafka', 'keys and consul'] as const),
] as const;

export type Part = (typeof parts)[number];

/** CPU of one saga, milliseconds, by what uses it. */
export type SagaCost = Readonly<Record<Part, number>>;

/**
 * What a saga of three steps costs that ends well, with everything on: fence, events, encryption, mutual TLS. By
 * `npm run bench -- saga` with 32 callers; docs/performance.md says how it is measured. Part of it is work at rest,
 * which does not grow with the load: larger loads cost less a saga.
 */
export const measured = {
  steps: 3,
  when: '28 November 2026, one round on two shared cores (AMD EPYC), Node 20',
  cpuMs: {
    queue: {
      ...{ orchestrator: 148, services: 45, temporal: 133, databases: 39, kafka: 21 },
      'keys and consul': 5,
    },
    direct: {
      ...{ orchestrator: 148, services: 29, temporal: 38, databases: 18, kafka: 10 },
      'keys and consul': 5,
    },
  } satisfies Record<StepRoute, SagaCost>,
} as const;
