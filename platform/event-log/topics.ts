const prefix = 'service-events.';

/** Partitions of every event topic, and slots of every outbox. Fixed for the life of a topic. */
export const eventPartitions = 3;

/** Topic of one service's events: the unit of write permission. An instance has topics of its own. */
export function eventTopic(service: string, instance = ''): string {
  return `${prefix}${service}${instance === '' ? '' : `-${instance}`}`;
}

/** Topic that gets a copy of every dead letter, for tools outside. */
export function deadLetterTopic(instance = ''): string {
  return eventTopic('dead-letter', instance);
}

/** The service a topic belongs to, its instance taken off. */
export function serviceOfTopic(topic: string, instance = ''): string {
  const name = topic.slice(prefix.length);
  return instance === '' ? name : name.slice(0, -instance.length - 1);
}
