/** What a command may not do from one version to the next within a major, and why. */
export const commandRules = {
  COMMAND_REMOVED: 'a saga in flight may still send it: keep the command',
  COMMAND_KIND_CHANGED: 'a command stays a command and an undo an undo: add one under another name',
  UNDO_TARGET_CHANGED: 'an undo reverses the command it always did: add one under another name',
  INPUT_MEMBER_REMOVED: 'a saga in flight still sends it: keep the member, and ignore it',
  INPUT_MEMBER_REQUIRED: 'an older saga does not send it: make the member optional',
  INPUT_NARROWED: 'an older saga may send what is no longer accepted: accept at least what was',
  RESULT_MEMBER_REMOVED: 'an older saga may read it: keep the member',
  RESULT_MEMBER_REQUIRED: 'answers stored before do not have it: make the member optional',
  RESULT_CHANGED: 'older sagas read it, and stored answers hold it: add another member instead',
} as const;

/** What else the check may find: work left to do, and messages that are no longer taken. */
export const recordRules = {
  VERSION_MISSING: 'the contract is newer than its newest schema file: run holdfast schema new',
  MESSAGE_MISSING: 'no golden message is kept of this version: run holdfast schema new',
  MESSAGE_REFUSED: 'an orchestrator in the field may send this message: accept it',
} as const;

export type CommandRule = keyof typeof commandRules;
export type RecordRule = keyof typeof recordRules;

/** One way in which a contract breaks what it promised. */
export interface CommandFinding {
  readonly rule: CommandRule | RecordRule;
  /** `<participant>.<command>`. */
  readonly command: string;
  /** Where in the command, for example `input/lines/items/sku`; empty for the command as a whole. */
  readonly member: string;
  readonly detail?: string;
}

/** The sentence people read: command, member, rule, and what to do. */
export function describeFinding({ rule, command, member, detail }: CommandFinding): string {
  const place = member === '' ? command : `${command} ${member}`;
  const why = { ...commandRules, ...recordRules }[rule];
  return `${rule} ${place}: ${detail === undefined ? '' : `${detail}; `}${why}`;
}

/** True for findings a new minor version settles; everything else is a broken promise. */
export function isWorkLeft({ rule }: CommandFinding): boolean {
  return rule === 'VERSION_MISSING' || rule === 'MESSAGE_MISSING';
}
