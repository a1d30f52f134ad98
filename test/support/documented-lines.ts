import { readFiles } from '../tidy/checks/repository';
import { blockLinesOf } from '../tidy/checks/shell-lines';

/** A line of a shell in a document. */
export interface DocumentedLine {
  readonly file: string;
  /** Without the comment behind it. */
  readonly text: string;
}

const programs = 'npx|holdfast|npm|node|curl|docker|kubectl|kafka-console-consumer';
const isCommand = new RegExp(`^(?:[A-Z][A-Z0-9_]*=\\S+ )*(?:${programs})\\b`);

/** Every line of the documents that somebody gives to a shell, once; a line that goes on below is one. */
export function documentedLines(): readonly DocumentedLine[] {
  const told = new Map<string, DocumentedLine>();
  for (const document of readFiles((file) => file.endsWith('.md'))) {
    for (const { language, text: line } of blockLinesOf(document)) {
      const text = line.replace(/\s+#(?![^']*'$).*/, '');
      const isGiven = isCommand.test(text) || (language === 'sh' && text !== '');
      if (isGiven && !told.has(text)) told.set(text, { file: document.file, text });
    }
  }
  return [...told.values()];
}

/** What becomes of a line in the tests. */
export type Treatment =
  /** Given to a shell beside the stack of `npm start`. */
  | {
      readonly is: 'run';
      /** What it ends with; 0 unless told. */
      readonly exitCode?: number;
      /** What it says then, on either stream. */
      readonly says?: RegExp;
      /** Goes on until Ctrl-C: ended once it has said `says`. */
      readonly isEndless?: boolean;
      /** Says that it is not done yet, and is to be given again: so often at most. */
      readonly timesMax?: number;
    }
  /** Done by another test, in this or in another shape: it stands in that file, and says `by`. */
  | { readonly is: 'elsewhere'; readonly file: string; readonly by: string }
  /** Asks our program of tests or measurements for its `--help`; it takes too long for every build. */
  | { readonly is: 'helped' }
  /** Writes into the repository, asks the Internet, or takes Docker or a cluster: that test checks what it is about. */
  | { readonly is: 'checked'; readonly file: string; readonly by: string };

const elsewhere = (file: string, by: string): Treatment => ({ is: 'elsewhere', file, by });
const checked = (file: string, by: string): Treatment => ({ is: 'checked', file, by });

/**
 * The first row whose pattern fits a line counts; what no row fits runs, and ends with 0. Where a document's example is
 * of something that is not there (a letter, a saga that is parked), the program has to say so, with its code.
 */
export const treatments: readonly (readonly [pattern: RegExp, treatment: Treatment])[] = [
  [/^(?:npm start|holdfast up)/, elsewhere('test/start/main-job.test.ts', "'--once', '--json'")],
  [/^npm test$/, elsewhere('test/start/project.test.ts', "npm('test')")],
  [/^npm run verify$/, elsewhere('test/start/project.test.ts', "npm('test')")],
  [/^npx holdfast new project/, elsewhere('test/start/project.test.ts', "'new', 'project'")],
  [
    /^npx holdfast new |book-trip|^npm run generate/,
    elsewhere('test/tutorial/play.ts', 'docs/tutorial.md'),
  ],
  [/sagas skip/, elsewhere('test/flow/repair-desk.test.ts', "'skip'")],
  [
    /^holdfast attack --(?!list)|^holdfast attack$/,
    elsewhere('test/flow/attack.test.ts', 'carryOut'),
  ],
  [/^holdfast chaos(?!.*--plan)/, elsewhere('test/chaos/storm.test.ts', 'holdfast chaos')],
  [/^holdfast verify .*--pairs/, elsewhere('test/unit/cli/verify-pairs.test.ts', 'verifyInPairs')],
  [/^holdfast verify /, elsewhere('test/chaos/single-faults.test.ts', 'explore')],
  [/^npx holdfast down/, elsewhere('test/start/main-job.test.ts', "command('down')")],
  [/sagas (?:retry|bulk)/, elsewhere('test/flow/parked-saga.test.ts', "'bulk', 'retry'")],
  [/^holdfast archive import/, elsewhere('test/contract/archive.test.ts', "'import'")],
  [/^kafka-console-consumer/, elsewhere('test/flow/kafka-console.test.ts', 'ConsoleConsumer')],
  [/^node cli\/bootstrap\.js --jest/, elsewhere('test/saga/happy-path.test.ts', 'places an order')],
  [/^docker compose/, checked('test/tidy/compose.test.ts', 'docker-compose.yml')],
  [/^kubectl/, checked('test/tidy/kubernetes.test.ts', 'holdfast.yaml')],
  [
    /^npm run (?:sbom|audit|secrets|compose:pin)/,
    checked('test/tidy/supply.test.ts', 'deploy/supply'),
  ],
  [/^npm run compose:secrets/, checked('test/tidy/compose.test.ts', 'compose:secrets')],
  [/^npm run schemas:/, checked('test/tidy/schemas.test.ts', 'checkEvents')],
  [/^npm run test:dashboards/, checked('test/tidy/dashboards.test.ts', 'dashboards')],
  [/^npm run test:alerts/, elsewhere('test/flow/alerts/rules.test.ts', 'scenarios')],
  [/^npm run /, { is: 'helped' }],

  [/audit --watch/, { is: 'run', isEndless: true, says: /Ctrl-C ends/ }],
  [/logs .*--follow/, { is: 'run', isEndless: true, says: /Ctrl-C ends/ }],
  [/certs rollover/, { is: 'run', timesMax: 20 }],
  [/doctor --production/, { is: 'run', exitCode: 1, says: /brokers/ }],
  [/keys retire/, { is: 'run', exitCode: 4, says: /KEY_IN_USE/ }],
  [/dead-letters (?:show|retry)/, { is: 'run', exitCode: 3, says: /NOT_FOUND/ }],
  [/--aggregate product\/lamp/, { is: 'run', exitCode: 3, says: /AGGREGATE_UNKNOWN/ }],
  [/query order-status/, { is: 'run', exitCode: 1, says: /0 rows/ }],
  [/query customer-orders/, { is: 'run', exitCode: 2, says: /AS_OF_INVALID/ }],
  [/archive export && /, { is: 'run', exitCode: 2, says: /RETENTION_UNLIMITED/ }],
  [/--traces \/var/, { is: 'run', exitCode: 1, says: /TRACES_UNKNOWN/ }],
];

/** What becomes of a line. */
export function treatmentOf(text: string): Treatment {
  const words = text.replace(/^npm run holdfast --/, 'holdfast');
  return treatments.find(([pattern]) => pattern.test(words))?.[1] ?? { is: 'run' };
}
