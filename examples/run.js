const { existsSync, readdirSync } = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');
const { buildSync } = require('esbuild');

/** `npm run example -- NAME …`: compiles the program of an example and runs it. */
const [name = ''] = process.argv.splice(2, 1);
const programOf = (example) => join(__dirname, example, 'main.ts');
const examples = readdirSync(__dirname).filter((example) => existsSync(programOf(example)));
if (!examples.includes(name)) {
  process.stderr.write(`Usage: npm run example -- ${examples.join('|')} …\n`);
  process.exit(1);
}
const { outputFiles } = buildSync({
  entryPoints: [programOf(name)],
  bundle: true,
  platform: 'node',
  target: 'node20',
  write: false,
});
new Module(programOf(name))._compile(outputFiles[0].text, programOf(name));
