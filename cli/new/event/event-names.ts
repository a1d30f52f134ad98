import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { CommandError } from '../../command-error';
import { capital, languageWords } from '../names';
import { readFile } from '../writing';

/** A new event, the command that tells it, and the service whose aggregate it is of. */
export interface EventNames {
  /** `trip.rebooked` */
  readonly type: string;
  /** `trip` */
  readonly aggregate: string;
  readonly Aggregate: string;
  /** `rebook`: what sagas send. */
  readonly command: string;
  /** `rebookTrip`: what decides. */
  readonly decide: string;
  /** `travel`: the service, its folder and the name of its contract. */
  readonly service: string;
  /** `tripId`: the member that names one. */
  readonly id: string;
}

const typePattern = /^([a-z]{3,20})\.([a-z]+(?:-[a-z]+)*)$/;
const commandPattern = /^[a-z][a-zA-Z]{2,30}$/;

function invalid(cause: string): CommandError {
  const fix =
    'name it by what it is of and what happened: holdfast new event trip.rebooked --by rebook';
  return new CommandError({ code: 'NAME_INVALID', cause, fix });
}

/** The service that keeps such aggregates, and how their id is called. Throws NAME_INVALID where none does. */
export function keeperOf(aggregate: string, root: string): Pick<EventNames, 'service' | 'id'> {
  if (!/^[a-z]{3,20}$/.test(aggregate)) throw invalid(`${aggregate} is no word for what is kept`);
  const folder = path.join(root, 'activities');
  const services = existsSync(folder) ? readdirSync(folder) : [];
  const pattern = new RegExp(`\\b${aggregate}: \\{ id: '(\\w+)'`);
  for (const service of services) {
    const file = `activities/${service}/service.ts`;
    if (!existsSync(path.join(root, file))) continue;
    const id = pattern.exec(readFile(root, file))?.[1];
    if (id !== undefined) return { service, id };
  }
  throw invalid(`no service keeps a ${aggregate}`);
}

/** Names of what is to be written. Throws NAME_INVALID. */
export function eventNamesOf(
  type: string,
  { by: command }: { readonly by: string },
  root: string,
): EventNames {
  const aggregate = typePattern.exec(type)?.[1];
  if (aggregate === undefined) throw invalid(`${type} is no type of an event`);
  if (!commandPattern.test(command) || languageWords.includes(command)) {
    throw invalid(`${command} is no name of a command: one verb, such as rebook`);
  }
  const Aggregate = capital(aggregate);
  const decide = `${command}${Aggregate}`;
  return { type, aggregate, Aggregate, command, decide, ...keeperOf(aggregate, root) };
}
