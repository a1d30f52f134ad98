/** Name of the Temporal header with the trace context of a step's forward, in what takes the step back. */
export const forwardTraceHeader = 'holdfast-forward-trace';

/** Name of the header in which the trace contexts of the steps sent so far go from one run to the next. */
export const sentTracesHeader = 'holdfast-sent-traces';

/** The header in which OpenTelemetry's interceptors give an activity its parent. */
export const traceHeader = '_tracer-data';
