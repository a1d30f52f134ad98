import type { EventWriter } from '../../platform/contracts/golden/origins';
import type { ParticipantCommands } from '../../platform/contracts/schema';
import { ownedServices } from '../owned-services';

/** Everybody a saga may send a command to: the services, and its own journal. */
export const contractedParticipants: readonly ParticipantCommands[] = ownedServices.map(
  ({ service }) => service,
);

/** Everybody who writes events: the same, since a saga's journal is a participant like them. */
export const eventWriters: readonly EventWriter[] = ownedServices.map(({ service }) => service);
