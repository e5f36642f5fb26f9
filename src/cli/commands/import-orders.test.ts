import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestApp } from '../../../test/support/app';
import { TestClock } from '../../../test/support/clock';
import { commandLineOf } from '../../../test/support/command-line';
import { useTestDatabase } from '../../../test/support/database';

const testDatabase = useTestDatabase();
const app = createTestApp(testDatabase.database, new TestClock('2026-11-20T10:00:00.000Z'));
const run = commandLineOf(app);
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perennial-orders-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(name: string, content: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
}

/** The rows of the table under the heading that begins so, by their first column. */
function tableOf(output: string, heading: string): Readonly<Record<string, readonly string[]>> {
  const lines = output.split('\n');
  const start = lines.findIndex((line) => line.trim().startsWith(heading));
  const rows = lines.slice(start + 1);
  const end = rows.findIndex((line) => line.trim() === '');
  return Object.fromEntries(
    rows
      .slice(0, end === -1 ? rows.length : end)
      .map((line) => line.trim().split(/\s{2,}/))
      .map(([name = '', ...cells]) => [name, cells]),
  );
}

function countsOf(output: string): readonly number[] {
  const events = tableOf(output, 'events');
  return ['accepted', 'duplicates', 'quarantined', 'unreadable lines'].map((name) =>
    Number((events[name]?.[0] ?? '').replaceAll(',', '')),
  );
}

/** Three customers over two years: one regular, one of a single day, one who comes back. */
const lines = [
  ...Array.from({ length: 24 }, (_, n) => {
    const month = String((n % 12) + 1).padStart(2, '0');
    return ` 00001 ${n < 12 ? 1997 : 1998}${month}05  2  24.50`;
  }),
  ' 00002 19970101  1  10.00',
  // Twice on one day: two purchases, and not one sent twice.
  ' 00002 19970101  1  10.00',
  ' 00003 19970301  3   0.00',
  ' 00003 19981205  1  99.99',
];

it('takes a log in, lists the lines that are none, and changes nothing the second time', async () => {
  const broken = ['not a purchase at all', ' 00004 19970230  1  10.00', ' 00005 19970101  1  -5'];
  const file = await write('log.txt', [...lines, ...broken, ''].join('\n'));
  const first = await run(['import', 'orders', file, '--format', 'cdnow']);
  expect([first.code, countsOf(first.stdout)]).toEqual([0, [28, 0, 0, 3]]);
  expect(first.stdout).toContain('line 29: Not a purchase');
  expect(first.stdout).toContain('line 30: Not a purchase: "19970230" is not a day');
  expect(first.stdout).toMatch(/^28 events in \d+\.\d s/m);
  expect(tableOf(first.stdout, 'customers by stage')).toMatchObject({ CHURN: ['3'] });
  expect(tableOf(first.stdout, 'customers by tier')).toMatchObject({ LOW: ['3'] });
  expect(first.stderr).toContain('28/28 orders (100 %)');

  const second = await run(['import', 'orders', file, '--format', 'cdnow']);
  expect([second.code, countsOf(second.stdout)]).toEqual([0, [0, 28, 0, 3]]);
  expect(second.stdout).toContain('Nothing changed: all of it was here already.');
  const customersOf = (text: string) => text.slice(text.indexOf('customers by stage'));
  expect(customersOf(second.stdout)).toBe(customersOf(first.stdout));
});

it('tells what is quarantined, and why, and does not take it for here already', async () => {
  const file = await write('log.txt', lines.join('\n'));
  const inEuros = createTestApp(testDatabase.database, app.clock, { currencyCode: 'EUR' });
  const { code, stdout } = await commandLineOf(inEuros)([
    ...['import', 'orders', file, '--source', 'import:foreign'],
  ]);
  expect([code, countsOf(stdout)]).toEqual([0, [0, 0, 28, 0]]);
  expect(tableOf(stdout, 'quarantined for')).toMatchObject({
    INVALID_PROPERTIES: ['28', expect.stringMatching(/^1, 2, .*, 20, …$/)],
  });
  expect(stdout).not.toContain('Nothing changed');
});

it('moves a log so that it ends today, in a source of its own', async () => {
  const file = await write('log.txt', lines.join('\n'));
  const parameters = ['import', 'orders', file, '--shift-to-now', '--source', 'import:shifted'];
  const { code, stdout } = await run(parameters);
  expect([code, countsOf(stdout)]).toEqual([0, [28, 0, 0, 0]]);
  expect(tableOf(stdout, 'customers by stage')).toMatchObject({ MATURITY: ['1'] });
  const { reads } = app;
  const twice = { namespace: 'user_id', value: '00002' };
  const profileId = await reads.identity.profileIdByIdentifier(twice);
  // Imported twice, from two sources.
  expect(await reads.value.valueByProfile(profileId === null ? [] : [profileId])).toMatchObject([
    { row: { orders: 4, revenueMinor: 4_000 } },
  ]);
});

/** The published tenth of a real shop's log; not part of the product. */
const sample = join(__dirname, '../../../../shared/data/cdnow/CDNOW_sample.txt');

(existsSync(sample) ? describe : describe.skip)('the real log of CDNOW, where it is there', () => {
  const { database } = useTestDatabase();
  const cli = commandLineOf(createTestApp(database, app.clock));

  it('is taken in once, and its customers grow old in the report', async () => {
    const parameters = ['import', 'orders', sample, '--shift-to-now'];
    const first = await cli(parameters);
    expect([first.code, countsOf(first.stdout)]).toEqual([0, [6_919, 0, 0, 0]]);
    const second = await cli(parameters);
    expect([second.code, countsOf(second.stdout)]).toEqual([0, [0, 6_919, 0, 0]]);

    const report = await cli(['report', 'stages', '--every', 'quarter']);
    expect(report.code).toBe(0);
    const rows = Object.values(tableOf(report.stdout, 'as of')).map((cells) =>
      cells.map((cell) => Number(cell.replaceAll(',', ''))),
    );
    expect(rows.length).toBeGreaterThanOrEqual(6);
    for (const [
      acquisition = 0,
      exploration = 0,
      growth = 0,
      maturity = 0,
      churn = 0,
      all,
    ] of rows) {
      expect(acquisition + exploration + growth + maturity + churn).toBe(all);
    }
    // Everybody bought first within one quarter.
    const stagesOf = (row: readonly number[] = []) => row.slice(0, 5);
    expect(rows.at(-1)?.[5]).toBe(2_357);
    const [acquisition = 0, , , maturity = 0, churn = 0] = stagesOf(rows[0]);
    expect(acquisition / (rows[0]?.[5] ?? 0)).toBeGreaterThan(0.5);
    expect([maturity, churn]).toEqual([0, 0]);
    const [newOnes, , , settled = 0, gone = 0] = stagesOf(rows.at(-1));
    expect(newOnes).toBe(0);
    expect(settled).toBeGreaterThan(50);
    expect(gone).toBeGreaterThan(1_000);
  });
});
