const { AsyncLocalStorage } = require('node:async_hooks');
const { ModernFakeTimers } = require('@jest/fake-timers');
const { ModuleMocker } = require('jest-mock');

/** What this test file has brought into use. */
const storages = new Set();
const { run } = AsyncLocalStorage.prototype;
AsyncLocalStorage.prototype.run = function runNoted(...parameters) {
  storages.add(this);
  return run.apply(this, parameters);
};

/**
 * For Jest: tests run among the globals of the process, as the product does. Jest's own environment
 * makes a context for each test file, in which every mention of a global (`Array`, `Promise`) asks
 * the host, 30 times slower than elsewhere, and what Node makes is no `instanceof` anything.
 */
module.exports = class TestEnvironment {
  constructor({ projectConfig }) {
    this.global = globalThis;
    this.moduleMocker = new ModuleMocker(globalThis);
    this.fakeTimers = null;
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
    // Jest puts its own in their place.
    this.before = { console: globalThis.console, exit: process.exit };
  }

  async setup() {}

  async teardown() {
    this.fakeTimersModern.dispose();
    globalThis.console = this.before.console;
    process.exit = this.before.exit;
    // Jest's runner has one for each test file and leaves it in use: every promise of all files that
    // follow would be entered in each. After a hundred files that took longer than the tests.
    for (const storage of storages) storage.disable();
    storages.clear();
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  /** Asked for by Jest, and used by `test-runtime.js` for nothing. */
  getVmContext() {
    return globalThis;
  }
};
