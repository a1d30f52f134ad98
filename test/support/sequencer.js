const { statSync } = require('node:fs');

/** Files that take minutes: begun last, they would run alone while every other worker is idle. */
const slow = [/test\/flow\/attack\.test\.ts$/];

/**
 * Decides the order of the files of a run: slow ones first, then the largest. The same on every machine, unlike jest's
 * own, which remembers how long each took there: what only fails in some order fails for everybody.
 */
class Sequencer {
  sort(tests) {
    const key = ({ path }) => [slow.some((one) => one.test(path)), statSync(path).size, path];
    const keyed = [...tests].map((test) => ({ test, key: key(test) }));
    return keyed.sort((a, b) => compare(a.key, b.key)).map(({ test }) => test);
  }

  allFailedTests() {
    return [];
  }

  cacheResults() {
    // Nothing is remembered.
  }
}

function compare([slowA, sizeA, pathA], [slowB, sizeB, pathB]) {
  return Number(slowB) - Number(slowA) || sizeB - sizeA || (pathA < pathB ? -1 : 1);
}

module.exports = Sequencer;
