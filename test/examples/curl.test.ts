import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { useApi } from '../support/api';
import { EXAMPLES } from '../support/examples';

const api = useApi();
const page = readFileSync(join(EXAMPLES, 'curl.md'), 'utf8');

const setUp = /```sh\n(.*?)```/s.exec(page)?.[1] ?? '';
/** Each command with the answer that stands below it. */
const requests = [...page.matchAll(/^\*\*(.+?)\*\*.*?```sh\n(.*?)```\s+```json\n(.*?)```/gms)].map(
  ([, title = '', command = '', answer = '']) => [title, command, answer] as const,
);

it('there are five', () => {
  expect(requests).toHaveLength(5);
});

it.each(requests)('%s', async (_, command, answer) => {
  // The test's own server in the place of the demo.
  const commands = setUp.replaceAll(/^export .*\n/gm, '') + command;
  const env = {
    ...process.env,
    PERENNIAL_URL: `${api.url}/graphql`,
    PERENNIAL_KEY: await api.key(),
  };
  const { stdout } = await promisify(execFile)('bash', ['-c', commands], { env });
  expect(JSON.parse(stdout)).toEqual(withAnything(JSON.parse(answer)));
});

/** Where the page has "…", anything may stand. */
function withAnything(answer: unknown): unknown {
  if (answer === '…') return expect.anything();
  if (Array.isArray(answer)) return answer.map(withAnything);
  if (typeof answer !== 'object' || answer === null) return answer;
  return Object.fromEntries(
    Object.entries(answer).map(([name, value]) => [name, withAnything(value)]),
  );
}
