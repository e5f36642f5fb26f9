import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { CommanderError } from 'commander';
import { createTestApp } from '../../test/support/app';
import { TestClock } from '../../test/support/clock';
import { useTestDatabase } from '../../test/support/database';
import { Fault } from '../shared/errors';
import { createProgram } from './program';

/** What cannot work is told in a sentence; that a process ends so, test/processes shows. */

const { database } = useTestDatabase();
const app = createTestApp(database, new TestClock('2026-06-15T12:00:00Z'));
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perennial-cli-'));
  await writeFile(join(folder, 'other.txt'), 'a,b,c\n1,2,3\n');
  await writeFile(join(folder, 'empty.txt'), '');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a command that is to fail. @returns what a person would read, and what was put out before */
async function refusalOf(parameters: readonly string[]): Promise<readonly [string, string]> {
  const out = new PassThrough().setEncoding('utf8');
  const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const running = createProgram((command) => command(app, out, new AbortController().signal));
  try {
    await running.parseAsync(
      parameters.map((one) => one.replace('{folder}', folder)),
      { from: 'user' },
    );
  } catch (error) {
    // Of all other errors the process shows the stack.
    expect(error instanceof Fault || error instanceof CommanderError).toBe(true);
    return [(error as Error).message, out.read() ?? ''];
  } finally {
    stderr.mockRestore();
  }
  throw new Error('It was not refused.');
}

const NOBODY = '0'.repeat(32);

it.each<[string, string, RegExp]>([
  ['an unknown command', 'shoes', /unknown command/],
  ['an unknown scope', 'keys create x --scopes shoes:read', /"shoes:read" is no scope/],
  ['a key without scopes', 'keys create x', /--scopes/],
  ['a malformed id', 'keys revoke x', /Not a valid id/],
  ['an unknown id', `keys revoke key_${NOBODY}`, /no API key of this id/],
  ['an empty name', 'keys create  --scopes all', /name has 1 to 100 characters/],
  ['an unknown source', 'sources add-key nobody', /no source of this name/],
  ['a name that is none', 'sources create Web_Shop', /source's name has 1 to 64/],
  ['a rate that is too low', 'sources create x --rate 10', /A rate is 2500 to/],
  ['a scope that sources lack', 'sources create x --scopes keys:manage', /is no scope/],
  ['a missing log', 'import orders {folder}/missing.txt', /no file .*missing\.txt that can be/],
  [
    'a log of something else',
    'import orders {folder}/other.txt',
    /no purchase in the format cdnow/,
  ],
  ['an empty log', 'import orders {folder}/empty.txt', /holds no purchase/],
  ['a log of an unknown format', 'import orders x --format csv', /Allowed choices are cdnow/],
  ['missing events', 'import events missing.ndjson', /no file missing\.ndjson that can be read/],
  [
    'a missing mapping',
    'import events README.md --mapping no.json',
    /There is no mapping no\.json/,
  ],
  [
    'a mapping that is no JSON',
    'import events README.md --mapping README.md',
    /README\.md is no JSON/,
  ],
  [
    'a mapping that is none',
    'import events README.md --mapping package.json',
    /name: must be an object/,
  ],
  ['csv without a mapping', 'import events README.md --format csv', /csv needs a mapping/],
  ['an unknown format', 'import events README.md --format xml', /Allowed choices are ndjson, csv/],
  ['a line before the first', 'import events README.md --from-line 0', /Lines are counted from 1/],
  ['nothing named', 'quarantine replay', /or say --all/],
  ['ids and a filter', `quarantine replay qtn_${NOBODY} --all`, /either `ids` or a `filter`/],
  ['an unknown event', `quarantine show qtn_${NOBODY}`, /No quarantined event has this id/],
  ['an unknown state', 'quarantine list --state open', /One of PENDING/],
  ['no time', 'quarantine list --since yesterday', /a time like/],
  [
    'a missing correction',
    `quarantine correct qtn_${NOBODY} missing.json --because x`,
    /no file of this name/,
  ],
])('%s is told in a sentence', async (_name, line, message) => {
  const [sentence, before] = await refusalOf(line.split(' '));
  expect([sentence, before]).toEqual([expect.stringMatching(message), '']);
});
