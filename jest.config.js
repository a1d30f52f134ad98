// One project per ring of tests; global set-up of a project runs only when that project is selected.
const common = {
  rootDir: __dirname,
  testEnvironment: 'node',
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.holdfast/'],
  transform: {
    '\\.[jt]s$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  // jest's loader refuses to require ESM-only packages, so they are transformed as our own code is.
  transformIgnorePatterns: ['/node_modules/(?!(jose|@peculiar/x509)/)'],
};
const ring = (displayName, extra = {}) => ({
  ...common,
  displayName,
  testMatch: [`<rootDir>/test/${displayName}/**/*.test.ts`],
  ...extra,
});
const stack = {
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
};
module.exports = {
  maxWorkers: 2,
  testTimeout: 120_000,
  testSequencer: '<rootDir>/test/support/sequencer.js',
  reporters: ['default', '<rootDir>/test/support/count-reporter.js'],
  projects: [
    // The model at small bounds belongs to the fast ring.
    ring('unit', {
      testMatch: ['<rootDir>/test/{unit,model}/**/*.test.ts'],
    }),
    ring('tidy'),
    ring('contract', stack),
    ring('saga', stack),
    ring('flow', stack),
    ring('chaos', stack),
    // Each starts a world of its own.
    ring('start'),
  ],
};
