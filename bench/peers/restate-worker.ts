import { parseConfig } from '../../platform/runtime/config';
import { openSteps } from '../steps/rows';
import type { Steps } from '../steps/rows';
import { loadPeer } from './provide';

interface Context {
  run(name: string, work: () => Promise<void>): Promise<void>;
}

interface Request {
  readonly saga: string;
  readonly refused: boolean;
}

/** What is used of the package `@restatedev/restate-sdk`. */
interface RestateSdk {
  readonly TerminalError: new (message: string) => Error;
  workflow(definition: {
    readonly name: string;
    readonly handlers: { run(context: Context, request: Request): Promise<void> };
  }): unknown;
  endpoint(): { bind(service: unknown): { listen(port: number): Promise<number> } };
}

/** The saga as Restate's guide writes it: durable steps, compensations played backwards on a terminal error. */
function threeRows(sdk: RestateSdk, steps: Steps) {
  const { TerminalError } = sdk;
  const refuse = async (saga: string): Promise<void> => {
    await steps.refuse(saga);
    throw new TerminalError('no room');
  };
  return sdk.workflow({
    name: 'threeRows',
    handlers: {
      async run(context, { saga, refused }) {
        const compensations: (() => Promise<void>)[] = [];
        try {
          compensations.unshift(() => context.run('undo first', () => steps.undo(saga, 1)));
          await context.run('first', () => steps.add(saga, 1));
          compensations.unshift(() => context.run('undo second', () => steps.undo(saga, 2)));
          await context.run('second', () => steps.add(saga, 2));
          await context.run('third', () => (refused ? refuse(saga) : steps.add(saga, 3)));
        } catch (error) {
          if (error instanceof TerminalError) {
            for (const compensate of compensations) await compensate();
          }
          throw error;
        }
      },
    },
  });
}

/** The SDK takes it for granted, and Node 20 does not have it. */
function withResolvers<Value>() {
  let resolve!: (value: Value | PromiseLike<Value>) => void;
  let reject!: (reason?: unknown) => void;
  const promise = new Promise<Value>((...settle) => ([resolve, reject] = settle));
  return { promise, resolve, reject };
}

async function main([, , folder = '', port = '']: readonly string[]): Promise<void> {
  if (!('withResolvers' in Promise)) Object.assign(Promise, { withResolvers });
  const steps = openSteps(parseConfig(process.env));
  const sdk = loadPeer<RestateSdk>(folder, '@restatedev/restate-sdk');
  await sdk.endpoint().bind(threeRows(sdk, steps)).listen(Number(port));
}

main(process.argv).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
