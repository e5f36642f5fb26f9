const { existsSync } = require('node:fs');
const { join } = require('node:path');

/**
 * For Jest: what the product and its tests import of the packages is taken from the bundle that
 * the global setup has made.
 */
module.exports = (name, options) => {
  const bundle = process.env.PERENNIAL_TEST_PACKAGES;
  const isOurs = !options.basedir.includes('node_modules');
  if (bundle !== undefined && isOurs && /^[a-z@]/.test(name)) {
    const file = join(bundle, 'imports', `${name}.js`);
    if (existsSync(file)) return file;
  }
  return options.defaultResolver(name, options);
};
