import type { Finding } from './finding';
import type { RepositoryFile } from './repository';

const waiver =
  /eslint-disable(?:-next-line|-line)?|@ts-(?:ignore|nocheck|expect-error)|prettier-ignore/;
const reasoned =
  /(?:eslint-disable(?:-next-line|-line)? \S.*-- .{10,}|@ts-expect-error[: -]+.{10,})/;
const forbiddenWaiver = /@ts-(?:ignore|nocheck)/;
const skipped =
  /\b(?:test|it|describe)\.(?:skip|only|todo)\b|\b(?:xit|xtest|xdescribe|fit|fdescribe)\(/;

/** Waivers of lint or types without a reason, and tests that are skipped or run alone. */
export function checkWaivers(files: readonly RepositoryFile[]): Finding[] {
  return files.flatMap(({ file, text }) =>
    text.split('\n').flatMap((line, index) => {
      const place = { file, line: index + 1 };
      const comment = /\/[/*](.*)$/.exec(line)?.[1] ?? '';
      if (forbiddenWaiver.test(comment)) return [{ ...place, problem: 'switches the types off' }];
      if (waiver.test(comment) && !reasoned.test(comment)) {
        return [{ ...place, problem: 'a waiver without a reason: add "-- why"' }];
      }
      return skipped.test(line)
        ? [{ ...place, problem: 'a test that is skipped or runs alone' }]
        : [];
    }),
  );
}
