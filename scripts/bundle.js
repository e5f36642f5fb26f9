const { writeFileSync } = require('node:fs');
const { join, resolve } = require('node:path');
const { buildSync } = require('esbuild');

/**
 * The last step of the build: the ways in and all that they load, the packages too, become one
 * file beside them. To find and read 1,600 files takes a process longer than to run them, and a
 * command line should answer at once. Of the bundle runs only what is asked for. The modules stay
 * where they are, for scripts, benchmarks and TypeORM's command line.
 *
 *     node scripts/bundle.js FOLDER-OF-THE-BUILD
 */
const WAYS_IN = ['main', 'worker', 'cli'];

const source = resolve(process.argv[2], 'src');
const entries = WAYS_IN.map((name) => `exports.${name} = () => require('./${name}.js');\n`);
buildSync({
  stdin: { contents: entries.join(''), resolveDir: source },
  outfile: join(source, 'bundle.js'),
  bundle: true,
  platform: 'node',
  target: 'node20',
  // Names of errors and of classes are read at run time.
  keepNames: true,
  // For `node --enable-source-maps`, which shows the places in the sources.
  sourcemap: true,
  sourcesContent: false,
  // The drivers of other databases, which TypeORM looks for and are not installed, are warnings.
  logLevel: 'error',
});
for (const name of WAYS_IN) {
  writeFileSync(join(source, `${name}.js`), `require('./bundle.js').${name}();\n`);
}
