const { default: Sequencer } = require('@jest/test-sequencer');

/**
 * The folders whose files take longest, first. Jest knows what took long from the run before, and
 * in a fresh clone there is none: a file of a minute that is begun last keeps one worker at work
 * while the others have ended.
 */
const LONG_FIRST = ['/test/processes/', '/test/invariants/', '/seeds/', '/test/api/'];

module.exports = class TestOrder extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const at = LONG_FIRST.findIndex((folder) => path.replaceAll('\\', '/').includes(folder));
      return at === -1 ? LONG_FIRST.length : at;
    };
    return super.sort(tests).toSorted((one, other) => rank(one) - rank(other));
  }
};
