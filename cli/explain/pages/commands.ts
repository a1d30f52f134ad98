import type { ErrorPages } from '../page';

/** Codes of commands alone. */
export const commandPages: ErrorPages = {
  CODE_UNKNOWN: {
    means: 'holdfast explain was asked about a code that this release does not have.',
    next: 'compare the spelling with holdfast explain --list; a refusal of a service of your own is in its contract',
  },
  STACK_UNKNOWN: {
    means:
      'There is no stack in the state folder, or no file of an authority, and the options do not say where the gateway is.',
    next: 'start one with npm start, or give --url, --ca and HOLDFAST_TOKEN',
    docs: 'operations.md#parked-sagas',
  },
  UNREACHABLE: {
    means: 'The gateway, or the auth server that gives the token, could not be reached.',
    next: 'see that it runs, and that --url, --ca, --issuer and --user are right',
    docs: 'operations.md#health',
  },
  USAGE: {
    means: 'An option is missing, or does not go with the others. Nothing was done.',
    next: 'read the message, and run the command with --help',
  },
  NOT_CONFIRMED: {
    means: 'What cannot be taken back was not confirmed. Nothing was done.',
    next: 'run it again with --yes once you are sure',
  },
  BULK_INCOMPLETE: {
    means:
      'A bulk run came to its end, and some sagas did not take the verb. The table says which, and why.',
    next: 'look at them with holdfast sagas explain, then run it again',
    docs: 'operations.md#parked-sagas',
  },
  PARKED_AGAIN: {
    means:
      'A bulk run stopped, since a saga that it had acted on parked once more. The cause is not mended yet.',
    next: 'look at that saga with holdfast sagas explain; --continue-on-failure goes on all the same',
    docs: 'operations.md#parked-sagas',
  },
  STILL_FAILING: {
    means:
      'A dead letter was tried again and failed as before. It waits on, with all that stand behind it.',
    next: 'look at it with holdfast dead-letters show <id>; correct the code, or edit or discard it',
    docs: 'operations.md#dead-letters',
  },
  TRACES_UNKNOWN: {
    means: 'There is no folder with trace files where the command looks.',
    next: 'start a stack with npm start, or name the folder of HOLDFAST_TRACE_FILE with --traces',
    docs: 'traces.md',
  },
  TRACE_UNKNOWN: {
    means:
      'No span of this saga or trace is in the trace files. Spans of old ones are written over.',
    next: 'compare the id with holdfast sagas list',
    docs: 'traces.md',
  },
  STORE_NOT_OWNED: {
    means:
      'holdfast migrate runs as the process in HOLDFAST_NAME, and that one owns none of the stores that were named.',
    next: 'run it with the environment of the process that owns the store, or unset HOLDFAST_NAME',
    docs: 'versions.md#tables',
  },
  DEPLOYMENT_UNKNOWN: {
    means: 'Temporal has never seen a worker of the deployment, so there are no builds to list.',
    next: 'start an orchestrator with HOLDFAST_DEPLOYMENT and HOLDFAST_BUILD_ID, or name the deployment with --deployment',
    docs: 'versions.md#sagas-builds-of-the-worker',
  },
  BUILD_UNKNOWN: {
    means: 'The deployment knows no worker of this build.',
    next: 'start the orchestrator of that build first, and wait until it is ready',
    docs: 'versions.md#sagas-builds-of-the-worker',
  },
  SAGA_NOT_PARKED: {
    means: 'Only a parked saga is moved to another build: it does nothing before a person says so.',
    next: 'let it end where it is, or move it with --running',
    docs: 'versions.md#sagas-builds-of-the-worker',
  },
  AGGREGATE_UNKNOWN: {
    means: 'Neither the database nor the log knows the aggregate that --aggregate names.',
    next: 'write it as <kind>/<name>, for example account/a-1',
    docs: 'rebuild.md',
  },
  AS_OF_INVALID: {
    means: '--as-of is no time, and names no place that the log has.',
    next: 'write a time such as 2026-11-26T20:00:00Z, now, or <topic>/<partition>@<offset>',
    docs: 'replay.md#time-travel',
  },
  SCHEMA_UNKNOWN: {
    means: 'There is no event and no command of this name, so nothing can be compared.',
    next: 'take a name from the folders below schemas/events and schemas/commands',
    docs: 'versions.md#commands',
  },
  STOP_TIMED_OUT: {
    means:
      'holdfast down asked a stack to end, and its process still runs after the time it has for that.',
    next: 'see what it waits for with holdfast logs; kill -9 ends it, and the next start ends what it leaves behind',
    docs: 'operations.md#start-and-stop',
  },
  LOGS_UNKNOWN: {
    means: 'There are no logs in the state folder, or none of the process that was named.',
    next: 'start a stack with npm start, name its folder with --state, or take a name that the fix lists',
    docs: 'operations.md#state',
  },
  NAME_INVALID: {
    means: 'What is to be written was given a name that no route, workflow type or file can have.',
    next: 'take lower-case words with dashes between them, 24 characters at most, such as gift-order',
    docs: 'add-a-saga.md',
  },
  ALREADY_THERE: {
    means:
      'A file that was to be written is there already, or a folder of a new project is not empty. Nothing was written.',
    next: 'choose another name, or take away first what is there',
    docs: 'add-a-saga.md',
  },
  PROJECT_UNKNOWN: {
    means:
      'The folder has no registry of sagas: it is no clone of the project. Nothing was written.',
    next: 'run it in a clone, or name its folder with --root',
    docs: 'add-a-saga.md',
  },
  SERVICE_UNFIT: {
    means:
      'A saga was to be written of a service that does not make, confirm and cancel, as `holdfast new service` writes it; or there is none of another name than the saga. Nothing was written.',
    next: 'name another service with --of, or write one with holdfast new service',
    docs: 'add-a-saga.md',
  },
  GENERATE_FAILED: {
    means:
      'A new project is written and whole, and installing or generating in it did not come to its end.',
    next: 'read what it said, and run npm run generate in the project',
    docs: 'new-project.md',
  },
  REGISTRY_UNREADABLE: {
    means:
      'A registry of sagas was rewritten by hand, and has no list that one name could be added to. Nothing was written.',
    next: 'add the name that the message says by hand',
    docs: 'add-a-saga.md',
  },
};
