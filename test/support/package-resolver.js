const { existsSync } = require('node:fs');
const { join } = require('node:path');

/**
 * For Jest: what the product and its tests import of the packages is taken from the bundle that
 * the global setup has made; and what is imported when it is needed (`import()`) is named as the
 * build has it, `.js`.
 */
module.exports = (name, options) => {
  if (options.basedir.includes('node_modules')) return options.defaultResolver(name, options);
  const bundle = process.env.PERENNIAL_TEST_PACKAGES;
  if (bundle !== undefined && /^[a-z@]/.test(name)) {
    const file = join(bundle, 'imports', `${name}.js`);
    if (existsSync(file)) return file;
  }
  const source = name.startsWith('.') ? name.replace(/\.js$/, '') : name;
  return options.defaultResolver(source, options);
};
