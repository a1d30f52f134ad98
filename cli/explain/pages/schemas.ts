import type { ErrorPages } from '../page';

/** Rules that schemas, contracts and upcasters are held to. */
export const schemaPages: ErrorPages = {
  COMMAND_BROKEN: {
    means:
      'holdfast schema new found that a command does not keep what it promised, so it wrote nothing more.',
    next: 'keep the old members beside the new ones, or add a command under another name',
    docs: 'versions.md#commands',
  },
  COMMAND_REMOVED: {
    means:
      'A command that was released is not in the contract any more. A saga in flight may still send it.',
    next: 'put the command back',
    docs: 'versions.md#commands',
  },
  COMMAND_KIND_CHANGED: {
    means: 'A command became an undo, or an undo a command.',
    next: 'keep it as it was, and add another under another name',
    docs: 'versions.md#commands',
  },
  UNDO_TARGET_CHANGED: {
    means: 'An undo reverses another command than it did.',
    next: 'keep it as it was, and add another under another name',
    docs: 'versions.md#commands',
  },
  INPUT_MEMBER_REMOVED: {
    means: 'A member of a command’s input is gone. A saga in flight still sends it.',
    next: 'keep the member, and ignore it',
    docs: 'versions.md#commands',
  },
  INPUT_MEMBER_REQUIRED: {
    means: 'A member of a command’s input is required now. An older saga does not send it.',
    next: 'make the member optional',
    docs: 'versions.md#commands',
  },
  INPUT_NARROWED: {
    means: 'A command takes less than it did. An older saga may send what is no longer accepted.',
    next: 'accept at least what was accepted',
    docs: 'versions.md#commands',
  },
  RESULT_MEMBER_REMOVED: {
    means: 'A member of a command’s result is gone. An older saga may read it.',
    next: 'keep the member',
    docs: 'versions.md#commands',
  },
  RESULT_MEMBER_REQUIRED: {
    means:
      'A member of a command’s result is required now. Answers that were stored before do not have it.',
    next: 'make the member optional',
    docs: 'versions.md#commands',
  },
  RESULT_CHANGED: {
    means:
      'A member of a command’s result is of another form. Older sagas read it, and stored answers hold it.',
    next: 'add another member instead',
    docs: 'versions.md#commands',
  },
  VERSION_MISSING: {
    means: 'The contract of a command is newer than its newest schema file.',
    next: 'run holdfast schema new',
    docs: 'versions.md#commands',
  },
  MESSAGE_MISSING: {
    means: 'No golden message is kept of a version of a command.',
    next: 'run holdfast schema new',
    docs: 'versions.md#commands',
  },
  MESSAGE_REFUSED: {
    means:
      'The contract refuses a golden message: an orchestrator in the field may send one like it.',
    next: 'accept it',
    docs: 'versions.md#commands',
  },
  EVENT_MEMBER_REMOVED: {
    means: 'A version of an event lost a member. Code of an earlier version may read it.',
    next: 'keep the member',
    docs: 'events.md#schemas',
  },
  EVENT_MEMBER_REQUIRED: {
    means: 'A version of an event requires a member that earlier events in the log do not have.',
    next: 'make the member optional',
    docs: 'events.md#schemas',
  },
  EVENT_MEMBER_OPTIONAL: {
    means: 'A version of an event may lack a member that code of an earlier version counts on.',
    next: 'keep the member required',
    docs: 'events.md#schemas',
  },
  EVENT_NARROWED: {
    means: 'A version of an event refuses what earlier events in the log have.',
    next: 'accept what was accepted',
    docs: 'events.md#schemas',
  },
  EVENT_WIDENED: {
    means: 'A version of an event has what code of an earlier version refuses.',
    next: 'keep to what was, or add another member',
    docs: 'events.md#schemas',
  },
  EVENT_VERSION_SKIPPED: {
    means: 'A minor version of an event is missing. Nobody could tell what became of it.',
    next: 'count minors up from 0',
    docs: 'events.md#schemas',
  },
  EVENT_WITHOUT_WRITER: {
    means: 'No service, or more than one, says that the aggregate of an event is its own.',
    next: 'name its aggregate in aggregates of exactly one service',
    docs: 'events.md#schemas',
  },
  GOLDEN_MISSING: {
    means: 'No golden event of a version is kept.',
    next: 'run npm run schemas:lock',
    docs: 'events.md#schemas',
  },
  GOLDEN_STRAY: {
    means: 'A file of golden events is of a version that there is not.',
    next: 'remove the file',
    docs: 'events.md#schemas',
  },
  GOLDEN_UNREADABLE: {
    means:
      'The code of today cannot read what a writer of this version sent, and the log is full of it.',
    next: 'correct the schema, the upcaster or the reader',
    docs: 'events.md#schemas',
  },
  GOLDEN_CONTRADICTS: {
    means: 'A golden event is of another type, version or service than its file.',
    next: 'put the messages into their own files',
    docs: 'events.md#schemas',
  },
  UPCASTER_MISSING: {
    means:
      'There are two majors of an event, and nothing that reads the older as the newer. Such a process does not start.',
    next: 'register an upcaster in schemas/upcasters.ts',
    docs: 'events.md#schemas',
  },
  UPCASTER_DUPLICATE: {
    means: 'Two upcasters read the same major.',
    next: 'keep the one whose answers readers have seen',
    docs: 'events.md#schemas',
  },
  UPCASTER_UNKNOWN: {
    means: 'An upcaster is of a major without schemas, or answers one.',
    next: 'write the schemas first, or remove it',
    docs: 'events.md#schemas',
  },
  UPCASTER_OUTPUT_INVALID: {
    means: 'What an upcaster answers is no event of the next major, or it threw.',
    next: 'correct it for the data that the detail names',
    docs: 'events.md#schemas',
  },
  UPCASTER_IMPURE: {
    means:
      'An upcaster uses the clock or chance, changes its input, or read one event in two ways.',
    next: 'make it depend on its input alone',
    docs: 'events.md#schemas',
  },
  SCHEMA_CHANGED: {
    means:
      'A schema file that is locked was changed. Events or messages of it are out there for good.',
    next: 'put it back, and write the next version',
    docs: 'events.md#schemas',
  },
  SCHEMA_MISSING: {
    means: 'A schema file that is locked is gone.',
    next: 'put it back',
    docs: 'events.md#schemas',
  },
  SCHEMA_UNLOCKED: {
    means: 'A schema file is not locked yet.',
    next: 'run npm run schemas:lock',
    docs: 'events.md#schemas',
  },
  SCHEMA_FILE_INVALID: {
    means:
      'A file below schemas has a name that is none of ours, or is no JSON object. A process with such schemas does not start.',
    next: 'name it <type>/<major>.<minor>.json, and correct it',
    docs: 'events.md#schemas',
  },
};
