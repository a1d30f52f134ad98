import { Command } from 'commander';

interface Entry {
  readonly about: string;
  /** Draws in what the command needs, and nothing before. */
  readonly load: () => Command;
}

/** Every command, in the order of the help. */
const entries: Readonly<Record<string, Entry>> = {
  up: {
    about: 'Start every server and service on this machine, and show some sagas.',
    load: () => (require('./up/command') as typeof import('./up/command')).upCommand(),
  },
  status: {
    about: 'Show what runs on this machine, and what people can do with it.',
    load: () => (require('./local/status') as typeof import('./local/status')).statusCommand(),
  },
  logs: {
    about: 'Show what the processes of a stack have written, in the order of time.',
    load: () =>
      (require('./local/logs/command') as typeof import('./local/logs/command')).logsCommand(),
  },
  open: {
    about: 'Open a page of the stack: the console, the API, the Temporal Web UI, and others.',
    load: () => (require('./local/open') as typeof import('./local/open')).openCommand(),
  },
  down: {
    about: 'End the stack of a state folder, wherever it was started.',
    load: () => (require('./local/down') as typeof import('./local/down')).downCommand(),
  },
  doctor: {
    about:
      'Look for what is missing on this machine, or unsafe in a deployment, and say what mends it.',
    load: () => (require('./doctor/command') as typeof import('./doctor/command')).doctorCommand(),
  },
  new: {
    about:
      'Write a saga, a service, an event, a read model or a whole project, to be changed into your own.',
    load: () => (require('./new/command') as typeof import('./new/command')).newCommand(),
  },
  explain: {
    about: 'Say what an error code means, and what to do about it.',
    load: () =>
      (require('./explain/command') as typeof import('./explain/command')).explainCommand(),
  },
  sagas: {
    about: 'Find, explain and repair sagas.',
    load: () => (require('./sagas/command') as typeof import('./sagas/command')).sagasCommand(),
  },
  events: {
    about:
      'Show what the services have told the event log: the last of it, of an aggregate, of a saga.',
    load: () => (require('./events/command') as typeof import('./events/command')).eventsCommand(),
  },
  trace: {
    about: 'Show what happened for a saga: a tree of spans through every process.',
    load: () => (require('./trace/command') as typeof import('./trace/command')).traceCommand(),
  },
  'dead-letters': {
    about: 'Find events that could not be projected, and deal with them.',
    load: () =>
      (
        require('./dead-letters/command') as typeof import('./dead-letters/command')
      ).deadLettersCommand(),
  },
  migrate: {
    about: 'Expand the tables of every store to what this code needs; safe beside running code.',
    load: () =>
      (require('./migrate/command') as typeof import('./migrate/command')).migrateCommand(),
  },
  schema: {
    about: 'Check what events and commands promised, or record the next version of a command.',
    load: () => (require('./schema/command') as typeof import('./schema/command')).schemaCommand(),
  },
  versions: {
    about: 'Builds of the sagas: list, promote, move a parked saga, ask whether one is drained.',
    load: () =>
      (require('./versions/command') as typeof import('./versions/command')).versionsCommand(),
  },
  verify: {
    about: 'Run a saga once under every fault at every step, and count what is left.',
    load: () => (require('./verify/command') as typeof import('./verify/command')).verifyCommand(),
  },
  plan: {
    about: 'Estimate the cores, processes and events that a load needs.',
    load: () => (require('./plan/command') as typeof import('./plan/command')).planCommand(),
  },
  rebuild: {
    about: 'Fold the event log of a service, and compare every aggregate with its database.',
    load: () =>
      (require('./rebuild/command') as typeof import('./rebuild/command')).rebuildCommand(),
  },
  republish: {
    about: 'Send again what the log of a service lacks, from its events table.',
    load: () =>
      (require('./republish/command') as typeof import('./republish/command')).republishCommand(),
  },
  replay: {
    about: 'Build a read model anew from the log beside the live one, compare, and switch.',
    load: () => (require('./replay/command') as typeof import('./replay/command')).replayCommand(),
  },
  query: {
    about: 'Show a read model as it was at a time, or at a place in the log.',
    load: () => (require('./query/command') as typeof import('./query/command')).queryCommand(),
  },
  restore: {
    about: 'Make a restored database whole again, from the event log and from the sagas.',
    load: () =>
      (require('./restore/command') as typeof import('./restore/command')).restoreCommand(),
  },
  audit: {
    about: 'Show what the auditor found, or look at everything now.',
    load: () => (require('./audit/command') as typeof import('./audit/command')).auditCommand(),
  },
  archive: {
    about: 'Keep the event log in files, and forget it at the brokers.',
    load: () =>
      (require('./archive/command') as typeof import('./archive/command')).archiveCommand(),
  },
  certs: {
    about: 'Show the certificates of a stack, and renew them while it runs.',
    load: () => (require('./certs/command') as typeof import('./certs/command')).certsCommand(),
  },
  chaos: {
    about: 'Hit every process in turn under load, and count what is left; or play one act.',
    load: () => (require('./chaos/command') as typeof import('./chaos/command')).chaosCommand(),
  },
  attack: {
    about: 'Attack a running stack, row by row, and show what it answered.',
    load: () => (require('./attack/command') as typeof import('./attack/command')).attackCommand(),
  },
  keys: {
    about: 'Show the keys of stored data, make new ones, and give old ones out no more.',
    load: () => (require('./keys/command') as typeof import('./keys/command')).keysCommand(),
  },
  forget: {
    about: 'Make everything that was sealed for a person or other subject unreadable, for good.',
    load: () => (require('./keys/forget') as typeof import('./keys/forget')).forgetCommand(),
  },
  completion: {
    about: 'Print a script by which bash, zsh or fish completes what is typed.',
    load: () =>
      (require('./completion/command') as typeof import('./completion/command')).completionCommand(
        () => program(commandNames),
      ),
  },
};

/** Names of all commands. */
export const commandNames: readonly string[] = Object.keys(entries);

/**
 * The `holdfast` command, ready for these words. Only what they name is loaded: all together would take two seconds,
 * and a question is answered in a fraction of one. Exit codes: 0 done, 1 failed with code and next step, 2 wrong usage;
 * `sagas`, `trace`, `dead-letters`, `keys` and `forget` have more.
 */
export function program(words: readonly string[]): Command {
  const root = new Command('holdfast').description(
    'Sagas across services that each own a database, and the proof that they hold.',
  );
  for (const [name, { about, load }] of Object.entries(entries)) {
    const command = words.includes(name) ? load() : new Command(name);
    root.addCommand(command.description(about));
  }
  // An option behind a name is that one's: `chaos` and its acts have some of the same name.
  return root.enablePositionalOptions().exitOverride();
}
