import { readFile, writeFile } from 'node:fs/promises';
import { BREAKING_HEADING, compareApis, findFaults, toldChanges } from './schema-changes';

const CURRENT = 'schema/schema.graphql';
const RELEASED = 'schema/released.graphql';

/**
 * `npm run check:schema` compares the API with that of the last release, and fails for a breaking
 * change that the changelog does not tell. `npm run release:schema` makes the API as it is that of
 * the last release, by the version in package.json, and says what changes for clients.
 */
async function main(isRelease: boolean): Promise<void> {
  const current = await readFile(CURRENT, 'utf8');
  const changes = compareApis(await readFile(RELEASED, 'utf8'), current);
  const told = toldChanges(await readFile('CHANGELOG.md', 'utf8'));
  const faults = findFaults(changes, told);
  if (faults.length > 0) {
    process.stderr.write(`${RELEASED} to ${CURRENT}:\n\n${lines(faults)}\n${HELP}`);
    process.exitCode = 1;
    return;
  }
  if (!isRelease) return;
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  await writeFile(RELEASED, `# The API of release ${version}.\n\n${current}`);
  process.stdout.write(
    `${RELEASED} is the API of ${version}.\n\n` +
      `Breaking:\n${lines(changes.breaking.map(({ what }) => what))}\n` +
      `Clients may meet what they do not know:\n${lines(changes.widening)}`,
  );
}

const HELP = `Where it is intended, copy the line to CHANGELOG.md, with the reason for the advice, under

## [Unreleased]

${BREAKING_HEADING}
`;

function lines(texts: readonly string[]): string {
  return texts.length === 0 ? '- nothing\n' : texts.map((text) => `- ${text}\n`).join('');
}

void main(process.argv.includes('--release'));
