import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestApp } from '../../../test/support/app';
import { TestClock } from '../../../test/support/clock';
import { commandLineOf } from '../../../test/support/command-line';
import { useTestDatabase } from '../../../test/support/database';
import { createApp } from '../../app';

const { database } = useTestDatabase();
const clock = new TestClock('2026-06-15T12:00:00Z');
const testApp = createTestApp(database, clock);
/** The orders are in dollars, and the company reckons in euros: none of them counts. */
const app = createApp({ ...testApp, config: { ...testApp.config, currencyCode: 'EUR' } });
const cli = commandLineOf(app);
let folder = '';

const lines = [
  ' 00001 19970101  1  10.00',
  ' 00002 19970102  1  20.00',
  ' 00003 19970103  1  30.00',
  ' 00004 19970104  1  40.00',
];

interface Shown {
  readonly id: string;
  readonly messageId: string;
  readonly state: string;
  readonly payload: string;
  readonly event: { readonly properties: object };
  readonly correction: { readonly event: object; readonly reason: string } | null;
}

async function run(...parameters: string[]): Promise<string> {
  const { code, stdout, stderr } = await cli(['quarantine', ...parameters]);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

async function listed(...options: string[]): Promise<readonly Shown[]> {
  return (JSON.parse(await run('list', '--json', ...options)) as { events: Shown[] }).events;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perennial-quarantine-'));
  const file = join(folder, 'log.txt');
  await writeFile(file, lines.join('\n'));
  await cli(['import', 'orders', file, '--source', 'import:foreign']);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it('lists and counts what was set aside', async () => {
  expect(await run('counts')).toBe(
    'source          reason              pending\n' +
      'import:foreign  INVALID_PROPERTIES        4\n',
  );
  const [heading, ...rows] = (await run('list', '--source', 'import:foreign', '--first', '3'))
    .trimEnd()
    .split('\n');
  expect(heading?.split(/\s{2,}/)).toEqual([
    ...['id', 'received first', 'times', 'state', 'source', 'reason', 'line', 'message id'],
  ]);
  expect(rows).toHaveLength(4);
  expect(rows[0]).toMatch(/^qtn_[0-9a-f]{32} .* PENDING .* INVALID_PROPERTIES +\d /);
  const after = /^More: --after (\S+)$/.exec(rows[3] ?? '')?.[1] ?? '';
  expect(await listed('--first', '3', '--after', after)).toHaveLength(1);
  expect(await listed('--reason', 'UNREADABLE')).toEqual([]);
  expect(await listed('--until', '2020-01-01')).toEqual([]);
  expect(await run('list', '--state', 'discarded')).toBe('There is nothing.\n');
});

it('shows, corrects and replays one, and discards the others', async () => {
  const [one, another] = await listed();
  if (one === undefined || another === undefined) throw new Error('There are too few.');
  expect(await run('show', one.id)).toContain('"currency": "USD"');

  const file = join(folder, 'corrected.json');
  const { properties } = one.event;
  const event = { ...one.event, properties: { ...properties, currency: 'EUR' } };
  await writeFile(file, JSON.stringify(event));
  expect(await run('correct', one.id, file, '--because', 'They sell in euros.')).toBe(
    `Corrected ${one.id}. Replay it with: perennial quarantine replay ${one.id}\n`,
  );
  const shown = JSON.parse(await run('show', one.id, '--json')) as Shown;
  expect(shown).toMatchObject({
    payload: one.payload,
    correction: { event, reason: 'They sell in euros.', actor: 'cli' },
  });

  const outcomes = await run('replay', '--source', 'import:foreign', '--json');
  expect(JSON.parse(outcomes)).toHaveLength(4);
  expect(JSON.parse(outcomes)).toContainEqual({
    id: one.id,
    status: 'ACCEPTED',
    eventId: expect.stringMatching(/^evt_/),
  });
  expect(await listed('--state', 'replayed')).toMatchObject([{ id: one.id, settledBy: 'cli' }]);
  expect(await run('replay', one.id, another.id)).toMatch(
    /^outcome +count\n(DUPLICATE|QUARANTINED) +1\n(.*\n)*quarantined again .*\nqtn_.*USD|EUR/,
  );

  // All is what was received before the command.
  clock.advanceDays(1);
  expect(await run('discard', '--all', '--because', 'Not ours.')).toBe(
    'Discarded 3; 0 were settled before or are none.\n',
  );
  expect(await run('counts')).toBe('Nothing is pending.\n');
});
