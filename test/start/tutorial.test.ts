import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { redOf } from '../../cli/verify/report';
import { projectRoot } from '../../platform/runtime/paths';
import { repositoryFiles } from '../tidy/checks/repository';
import { linesByHand, playTutorial, tutorialText } from '../tutorial/play';

/** Of the proof so many; `npm run test:tutorial` plays the page from a clone, with all of them, and a clock. */
const cells = 14;

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-tutorial-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of the project as a clone has it, with what is installed and compiled here. */
function copyProject(): void {
  for (const file of repositoryFiles()) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    cpSync(path.join(projectRoot, file), path.join(folder, file));
  }
  cpSync(path.join(projectRoot, 'dist'), path.join(folder, 'dist'), { recursive: true });
  symlinkSync(path.join(projectRoot, 'node_modules'), path.join(folder, 'node_modules'));
}

it('the tutorial leads from a clone to a saga of one’s own that holds under faults', async () => {
  copyProject();
  const { proof, booked } = await playTutorial({ folder, cells, demonstration: false });
  expect(proof).toMatchObject({ saga: 'book-trip', violations: [] });
  expect(proof.results).toHaveLength(cells);
  expect(redOf(proof)).toEqual([]);
  expect(booked).toMatchObject({ saga: 'book-trip', state: 'completed' });
}, 1_200_000);

it('what is written by hand is short', () => {
  expect(linesByHand).toBeLessThanOrEqual(150);
  expect(tutorialText).toContain(`${linesByHand} lines by hand`);
});
