import { services } from '../../activities';
import type { ParticipantCommands } from '../../platform/contracts/schema';
import { sagasJournal } from '../../platform/saga/journal/hosted';

/** Everybody a saga may send a command to: the services, and its own journal. */
export const contractedParticipants: readonly ParticipantCommands[] = [...services, sagasJournal];
