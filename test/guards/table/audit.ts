import type { Guard } from '../guard';
import { unit } from '../guard';

/** What keeps the auditor from false alarms, and what makes it see. */
export const auditGuards: readonly Guard[] = [
  {
    name: 'a row that is ahead of the log is compared when the log has come to it',
    why: 'whatever a service wrote since the log was read would be a difference',
    changes: [
      {
        file: 'platform/audit/pass/live.ts',
        from: 'if (row.seq > tracked.seq) return broken;',
        to: '',
      },
      {
        file: 'platform/audit/pass/live.ts',
        from: 'if (row !== undefined && row.seq > tracked.seq) {',
        to: 'if (row === undefined) {',
      },
    ],
    test: unit('audit/auditor', 'an event that commits late, or waits for its relay'),
  },
  {
    name: 'a sum is broken when everything committed before it was read',
    why: 'a transaction of which the log shows a part would be a violation',
    changes: [
      {
        file: 'platform/audit/pass/sums.ts',
        from: 'return sinceMs < clearedMs ? [findingOf(service, weight)] : [];',
        to: 'return [findingOf(service, weight)];',
      },
    ],
    test: unit('audit/auditor', 'a transaction of which the log shows a part'),
  },
  {
    name: 'a saga is judged when everything before its end was read',
    why: 'topics have no order between them: an end that is read first would accuse its saga',
    changes: [
      {
        file: 'platform/audit/pass/judge.ts',
        from: 'if (sinceMs >= clearedMs) continue;',
        to: '',
      },
    ],
    test: unit('audit/judge', 'a saga is judged when everything before its end was read'),
  },
  {
    name: 'each service has a part of its own of what is known about a saga',
    why: 'services are read side by side: who writes last would undo what the others have read, and accuse the saga',
    changes: [
      {
        file: 'platform/audit/ledger/memory.ts',
        from: 'of(families, change.service).set(one.workflowId, one);',
        to: "of(families, 'sagas').set(one.workflowId, one);",
      },
    ],
    test: unit('audit/family-parts', 'what services say of a family at the same moment'),
  },
  {
    name: 'a step that may have been written is not taken for unwritten',
    why: 'what it began would be forgotten, and what ends it would stand alone',
    changes: [
      {
        file: 'platform/audit/pass/service-audit.ts',
        from: 'mark = undefined;',
        to: '',
      },
    ],
    test: unit('audit/auditor', 'a step that was written, though nobody heard so'),
  },
  {
    name: 'a participant that remembers more than the log shows acquits its saga',
    why: 'an index that lags hides what waits to be sent, and the saga would be accused',
    changes: [
      {
        file: 'platform/audit/pass/judge.ts',
        from: 'if (broken.length > 0 && !(await isComplete(family, { ledger, stores }))) continue;',
        to: 'void isComplete;',
      },
    ],
    test: unit('audit/judge', 'a saga is accused only where the log has shown every event'),
  },
  {
    name: 'what the table calls sent must come to the log',
    why: 'a dropped event would wait for ever',
    changes: [
      {
        file: 'platform/audit/pass/lost.ts',
        from: 'else if (next.published) await lose',
        to: 'else if (next.seq < 0) await lose',
      },
    ],
    test: unit('audit/auditor', 'a drop: an event that the table calls sent'),
  },
];
