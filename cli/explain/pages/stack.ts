import type { ErrorPages } from '../page';

/** Codes of the embedded stack, and of processes that do not start. */
export const stackPages: ErrorPages = {
  PROVISION_FAILED: {
    means:
      'A server or tool could not be fetched, or the one that was found or named does not run on this machine. The message names it and has the last lines of what was tried.',
    next: 'do what the fix says: install it, or name yours in the variable it gives',
    docs: 'provisioning.md',
  },
  TOOL_MISSING: {
    means: 'A client that fetches servers (npm, pip, mvn, apt-get) is not on PATH.',
    next: 'install the client that the message names, then start again',
    docs: 'provisioning.md',
  },
  JAVA_MISSING: {
    means:
      'Kafka, DynamoDB Local and Keycloak need Java 17 or newer. None was found under JAVA_HOME or on PATH, and Holdfast does not fetch one.',
    next: 'install a JDK of 17 or newer (Debian: openjdk-17-jre-headless), or set HOLDFAST_JAVA',
    docs: 'provisioning.md',
  },
  DISK_FULL: {
    means: 'A tool or a server said that the disk has no space left.',
    next: 'free about 2 GB for the cache and 1 GB for the state, then start again',
    docs: 'operations.md#state',
  },
  PORT_TAKEN: {
    means:
      'A port of the block belongs to another program, no 60 free ports in a row were found, or --port-base is no possible first port.',
    next: 'stop the other program, or choose another block with --port-base (0 finds a free one)',
    docs: 'operations.md#ports',
  },
  STATE_IN_USE: {
    means: 'Another live process runs a stack in this state folder.',
    next: 'stop the process that the message names, or choose another folder with --state',
    docs: 'operations.md#state',
  },
  STATE_MISMATCH: {
    means:
      'The state folder is not what is needed: no stack was ever in it or none runs, its Kafka or PostgreSQL was made for another number of brokers or another version, or its authority cannot be read or cannot sign any more.',
    next: 'do what the fix says; npm start makes a stack where there is none',
    docs: 'operations.md#state',
  },
  SERVER_CRASHED: {
    means:
      'A server of the embedded stack ended before it was ready, or while its storage was made.',
    next: 'read the last lines of its log in the message; where its data are damaged, delete its folder in the state folder',
    docs: 'operations.md#state',
  },
  SERVER_NOT_READY: {
    means: 'A server, or a process of ours, was started and did not answer in time.',
    next: 'try again on a busy machine; else the last lines of its log say what it waits for',
    docs: 'operations.md#health',
  },
  PROCESS_CRASHED: {
    means: 'One of our processes ended before it was ready.',
    next: 'read the last lines of its log in the message; npm run build helps where a file is missing',
    docs: 'operations.md#start-and-stop',
  },
  INSTANCES_INVALID: {
    means:
      '--instances names a process that is not ours, one of which there is only one, or a number that is too small or too large.',
    next: 'write processes and numbers, as in --instances payments=3,gateway=2',
    docs: 'operations.md#several-instances',
  },
  CONFIG_INVALID: {
    means:
      'The environment of a process is unusable. The message names every variable that is missing or has a bad value, all at once.',
    next: 'correct the variables that it names',
    docs: 'operations.md#configuration-of-our-processes',
  },
  CRASH_POINTS_INVALID: {
    means:
      'HOLDFAST_CRASH_POINTS has an entry that cannot be read. The process does not start, since a run that kills nothing would prove nothing.',
    next: 'write <point>[:label]=<hit>, or unset the variable',
    docs: 'testing.md#named-crash-points',
  },
  FAULT_PLAN_INVALID: {
    means: 'A file in HOLDFAST_FAULT_DIR plans a fault that this release does not know.',
    next: 'unset HOLDFAST_FAULT_DIR outside of holdfast verify, and empty the folder after an upgrade',
    docs: 'verify.md',
  },
  OPERATIONS_INVALID: {
    means:
      'A table of HTTP operations leaves something open: roles, callers, a handler, or the schema of a path. A process with such a table does not start.',
    next: 'declare what the message says is missing',
    docs: 'security.md#roles',
  },
  CONSUL_UNAVAILABLE: {
    means:
      'Consul did not answer, or refused the request. Processes go on with the instances that they knew last.',
    next: 'look at Consul, and at HOLDFAST_CONSUL_URL and HOLDFAST_CONSUL_TOKEN of the process',
    docs: 'runbooks/last-known-instances.md',
  },
  NO_INSTANCE: {
    means:
      'No instance of a service is known, so nothing was sent. Who asked is answered SERVICE_UNAVAILABLE.',
    next: 'start the service, and look at its checks in Consul',
    docs: 'discovery.md',
  },
  SCHEMA_OUTDATED: {
    means:
      'The tables of a store are older than the code needs, or so old that nothing of them is carried over. The process waits, or the command ends, and nothing is written.',
    next: 'run holdfast migrate; where it says that nothing is carried over, begin with empty tables',
    docs: 'versions.md#tables',
  },
  SCHEMA_TOO_NEW: {
    means:
      'The tables of a store were contracted for newer code, and this code cannot work with them.',
    next: 'run the newer code',
    docs: 'versions.md#tables',
  },
};
