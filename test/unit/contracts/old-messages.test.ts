import { serviceNames } from '../../../activities/list';
import { readGoldenMessages } from '../../../platform/contracts/files';
import { loadSchemas } from '../../../platform/event-log/schema-registry';
import { isFault } from '../../../platform/kernel/faults';
import type { StepMessage } from '../../../platform/kernel/step';
import { createMemoryStore } from '../../../platform/outbox/memory/store';
import { createParticipant } from '../../../platform/participant/handle';
import type { StepParticipant } from '../../../platform/participant/handle';
import type { ServiceDefinition } from '../../../platform/participant/service';
import { journalService } from '../../../platform/saga/journal/service';

const schemas = loadSchemas();

function participantOf<State>(definition: ServiceDefinition<State>): () => StepParticipant {
  return () =>
    createParticipant({
      definition,
      schemas,
      store: createMemoryStore<State>(),
      clock: () => new Date('2026-01-01T00:00:00Z'),
      partitions: 3,
    });
}

/** Of a service by its name, as every service's folder exports it. */
function definitionOf(name: string): ServiceDefinition<unknown> {
  const exported: Record<string, unknown> = jest.requireActual(
    `../../../activities/${name}/service`,
  );
  return exported[`${name}Service`] as ServiceDefinition<unknown>;
}

const participants: Record<string, () => StepParticipant> = {
  ...Object.fromEntries(serviceNames.map((name) => [name, participantOf(definitionOf(name))])),
  sagas: participantOf(journalService as unknown as ServiceDefinition<unknown>),
};

/** What became of a message: an answer, or the fault's code. */
async function outcomeOf(participant: StepParticipant, message: StepMessage): Promise<string> {
  try {
    return (await participant.handle(message)).answer;
  } catch (error) {
    if (!isFault(error)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

describe('participants of today take the messages of older orchestrators', () => {
  const golden = readGoldenMessages();

  test.each(golden.map((one) => [`${one.command} ${one.version}`, one] as const))(
    '%s',
    async (_title, { command, messages }) => {
      const open = participants[command.split('.')[0] ?? ''];
      expect(open).toBeDefined();
      for (const message of messages) {
        // Done, or refused for a reason of the business: the data it speaks of is not there.
        const outcome = await outcomeOf(open!(), message);
        expect(['done', 'refused', 'no-effect', 'not-done']).toContain(outcome);
      }
    },
  );

  test('a member of a future version is not taken: participants are deployed first', async () => {
    const [message] = golden.find(({ command }) => command === 'orders.open')!.messages;
    const future = { ...message!, input: { ...(message!.input as object), coupon: 'c-1' } };
    const outcome = await outcomeOf(participants.orders!(), future);
    expect(outcome).toMatch(/^COMMAND_INVALID/);
  });
});
