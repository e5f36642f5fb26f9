/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: '<rootDir>/test/support/test-environment.js',
  runtime: '<rootDir>/test/support/test-runtime.js',
  roots: ['<rootDir>/src', '<rootDir>/test', '<rootDir>/seeds'],
  testMatch: ['**/*.test.ts'],
  setupFiles: ['reflect-metadata'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  testSequencer: '<rootDir>/test/support/test-order.js',
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  // By default Jest leaves one core to nobody.
  maxWorkers: '100%',
  testTimeout: 30_000,
};
