const { readFileSync, writeFileSync } = require('node:fs');
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
const outfile = join(source, 'bundle.js');
const entries = WAYS_IN.map((name) => `exports.${name} = () => require('./${name}.js');\n`);
buildSync({
  stdin: { contents: entries.join(''), resolveDir: source },
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  // Names of errors and of classes are read at run time.
  keepNames: true,
  // For `node --enable-source-maps`, which shows the places in the sources.
  sourcemap: true,
  sourcesContent: false,
  // Apollo Server asks `module` for Node's own, which there is none of in a bundle, and goes on with
  // one in JavaScript.
  alias: { 'sha.js': join(__dirname, 'native-sha.js') },
  // The drivers of other databases, which TypeORM looks for and are not installed, are warnings.
  logLevel: 'error',
});

// For the names that are kept, esbuild calls a function for every function that is made, each time it
// is made. It is the names of classes that are read at run time: the others go by the name they have,
// and are made for nothing.
const bundle = readFileSync(outfile, 'utf8');
const NAMING = 'var __name = (target, value) => ';
if (!bundle.includes(NAMING)) throw new Error('esbuild keeps names in another way.');
if (/\\[^\0-\x7f]/.test(bundle)) throw new Error('A letter stands behind a backslash.');
writeFileSync(
  outfile,
  bundle
    .replace(NAMING, 'var __name = (target) => target, __nameClass = (target, value) => ')
    .replaceAll('__name(this, ', '__nameClass(this, ')
    // What esbuild leaves of other letters stands in regular expressions and comments. V8 keeps the
    // text it has compiled: with one of them each letter of it would take two bytes.
    .replace(/[^\0-\x7f]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`),
);

for (const name of WAYS_IN) {
  writeFileSync(join(source, `${name}.js`), `require('./bundle.js').${name}();\n`);
}
