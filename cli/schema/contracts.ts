import type { ParticipantCommands } from '../../platform/contracts/schema';
import { ownedServices } from '../owned-services';

/** Everybody a saga may send a command to: the services, and its own journal. */
export const contractedParticipants: readonly ParticipantCommands[] = ownedServices.map(
  ({ service }) => service,
);
