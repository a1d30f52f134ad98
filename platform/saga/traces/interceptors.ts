import { defaultPayloadConverter } from '@temporalio/common';
import type {
  ActivityInput,
  Headers,
  LocalActivityInput,
  WorkflowInterceptorsFactory,
} from '@temporalio/workflow';
import type { StepMessage } from '../../kernel/step';
import { forwardTraceHeader, sentTracesHeader, traceHeader } from './header';

/** Steps of one saga that are remembered; those behind them have no link. */
const rememberedMax = 1_000;

/** W3C trace context, as it travels in headers. */
type Carrier = Readonly<Record<string, string>>;

/**
 * Tells what takes a step back where the step was sent forward, so that the one can be linked to the other. Stands
 * behind the interceptors of OpenTelemetry, whose header it reads. Headers are no part of what a replay compares, and
 * what is remembered here comes about again in a replay: histories of before replay as they are.
 */
export const interceptors: WorkflowInterceptorsFactory = () => {
  const sent = new Map<string, Carrier>();
  return {
    inbound: [
      {
        async execute(input, next) {
          const before = input.headers[sentTracesHeader];
          for (const [step, carrier] of Object.entries(before === undefined ? {} : read(before))) {
            sent.set(step, carrier as unknown as Carrier);
          }
          return next(input);
        },
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) => next(withForward(input, sent)),
        scheduleLocalActivity: (input, next) => next(withForward(input, sent)),
        continueAsNew(input, next) {
          if (sent.size === 0) return next(input);
          const carried = defaultPayloadConverter.toPayload(Object.fromEntries(sent));
          return next({ ...input, headers: { ...input.headers, [sentTracesHeader]: carried } });
        },
      },
    ],
  };
};

function withForward<Input extends ActivityInput | LocalActivityInput>(
  input: Input,
  sent: Map<string, Carrier>,
): Input {
  const [message] = input.args as readonly (Partial<StepMessage> | undefined)[];
  const { kind, step } = message ?? {};
  if (kind === undefined || step === undefined) return input;
  if (kind === 'forward') {
    const own = input.headers[traceHeader];
    // The first one is the step's; a repeat of a later epoch is about the same effect.
    if (own !== undefined && !sent.has(step) && sent.size < rememberedMax) {
      sent.set(step, read(own));
    }
    return input;
  }
  const forward = sent.get(step);
  if (forward === undefined) return input;
  const headers: Headers = {
    ...input.headers,
    [forwardTraceHeader]: defaultPayloadConverter.toPayload(forward),
  };
  return { ...input, headers };
}

function read(payload: Headers[string]): Carrier {
  return defaultPayloadConverter.fromPayload<Carrier>(payload);
}
