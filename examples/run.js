const Module = require('node:module');
const { join } = require('node:path');
const { buildSync } = require('esbuild');

/** `npm run example -- NAME …`: compiles the program of an example and runs it. */
const [name = ''] = process.argv.splice(2, 1);
const file = join(__dirname, name, 'main.ts');
const { outputFiles } = buildSync({
  entryPoints: [file],
  bundle: true,
  platform: 'node',
  target: 'node20',
  write: false,
  logLevel: 'error',
});
new Module(file)._compile(outputFiles[0].text, file);
