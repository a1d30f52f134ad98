import { eventTopic } from '../../platform/event-log/topics';

/** What the measured read model is made of. */
export const listedTopics: readonly string[] = [eventTopic('payments', '')];
