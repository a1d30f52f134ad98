const { appendFileSync } = require('node:fs');

/**
 * Counts a run of jest. Alone it closes the run with the plain line `N passed, N failed`; as one phase of several
 * (HOLDFAST_TEST_COUNTS names a file) it hands its counts to whoever adds them up.
 */
class CountReporter {
  onRunComplete(_contexts, results) {
    const brokenFiles = results.testResults.filter((file) => file.testExecError).length;
    const counts = {
      passed: results.numPassedTests,
      failed: results.numFailedTests + brokenFiles,
      skipped: results.numPendingTests + results.numTodoTests,
    };
    const file = process.env.HOLDFAST_TEST_COUNTS;
    if (file) appendFileSync(file, `${JSON.stringify(counts)}\n`);
    else process.stdout.write(`\n${CountReporter.line(counts)}\n`);
  }

  static line({ passed, failed, skipped }) {
    return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  }
}
module.exports = CountReporter;
