/** What Prometheus computes ahead, by name: the rules that do are in `deploy/prometheus/slo.yml`. */
export const recordedNames = {
  /** Share of the sagas ended in a window that took longer than a minute; 0 to 1, nothing where none has ended. */
  sagasSlow: {
    '5m': 'holdfast:sagas_slow:ratio_rate5m',
    '30m': 'holdfast:sagas_slow:ratio_rate30m',
    '1h': 'holdfast:sagas_slow:ratio_rate1h',
    '6h': 'holdfast:sagas_slow:ratio_rate6h',
    '3d': 'holdfast:sagas_slow:ratio_rate3d',
  },
} as const;

/** What the objective leaves: of a thousand sagas one may take longer than a minute. */
export const slowSagasBudget = 0.001;
