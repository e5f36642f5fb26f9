const { createRequire } = require('node:module');
const { dirname, resolve, sep } = require('node:path');
const { compileFunction } = require('node:vm');
const { default: JestRuntime } = require('jest-runtime');

/**
 * For Jest, which loads every module anew for each test file. Here it does so with the tests, what
 * supports them and its own runner. The product and the packages are loaded by Node, once in each
 * worker, as in a process of the product: to load them took longer than most tests, and code that
 * lives on is compiled by V8 to what is fast. So modules of the product hold no state that tests
 * could see (`test/house.test.ts`), and cannot be mocked (`jest.mock`).
 */
module.exports = class TestRuntime extends JestRuntime {
  constructor(...parameters) {
    super(...parameters);
    const { injectedModuleParameters } = this.executor;
    // Among the globals of the process: see `test-environment.js`.
    this.executor.compile = (code, filename) =>
      compileFunction(code, injectedModuleParameters, { filename });
    const [, , , transformer, , , , { watch, watchAll }] = parameters;
    transform ??= (file) => transformer.transform(file, this._getFullTransformationOptions());
    if (watch || watchAll) forgetProduct();
  }

  requireModule(from, name, ...options) {
    if (isLoadedAnew(from, name)) return super.requireModule(from, name, ...options);
    return createRequire(from)(name ?? from);
  }

  /** What stack traces are told by: the maps of the product too, whichever test file loaded it. */
  getSourceMaps() {
    currentMaps = super.getSourceMaps();
    for (const [file, map] of productMaps) currentMaps.set(file, map);
    return currentMaps;
  }
};

const LOADED_ANEW = [__dirname + sep, dirname(require.resolve('jest-circus')) + sep];

function isLoadedAnew(from, name = from) {
  const file = name.startsWith('.') ? resolve(dirname(from), name) : name;
  return LOADED_ANEW.some((folder) => file.startsWith(folder)) || file.endsWith('.test.ts');
}

/** While Jest watches, it may run one file after the other in its own process: with what is new. */
function forgetProduct() {
  for (const file of Object.keys(require.cache)) {
    if (file.endsWith('.ts')) delete require.cache[file];
  }
}

/** Of Jest's first runtime in this worker: it keeps what it has made on the disk. */
let transform;
const productMaps = new Map();
let currentMaps = productMaps;

require.extensions['.ts'] = (module, file) => {
  const { code, sourceMapPath } = transform(file);
  if (sourceMapPath !== null) {
    productMaps.set(file, sourceMapPath);
    currentMaps.set(file, sourceMapPath);
  }
  // What is imported when it is needed, by `import()`, is named as the build has it.
  module._compile(code.replaceAll(/\brequire\("(\.[^"]+)\.js"\)/g, 'require("$1")'), file);
};
