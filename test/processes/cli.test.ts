import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestProduct, useProduct } from '../support/processes';

jest.setTimeout(120_000);

const place = useProduct('CLONE');

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

describe('keys', () => {
  let product: TestProduct;

  it('the command line alone starts the embedded database, and stops it again', async () => {
    product = await place.newProduct('EMBEDDED');
    expect(await product.cli(['keys', 'list'])).toMatchObject({ code: 0, stderr: '' });
    expect(await product.databasePid()).toBeNull();
  });

  it.each<[string, string[], RegExp]>([
    ['what the product refuses', ['keys', 'revoke', 'x'], /^Not a valid id/],
    ['what the command line does not know', ['shoes'], /unknown command/],
  ])('%s is told in a sentence, and the database is stopped', async (_name, command, message) => {
    const { code, stdout, stderr } = await product.cli(command);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(await product.databasePid()).toBeNull();
  });

  it('are made, listed and revoked beside a running server, which goes on', async () => {
    const server = await product.startServer();
    const databasePid = await product.databasePid();
    const key = await product.createKey();
    const use = () => server.query<object>(key, '{ profiles { pageInfo { endCursor } } }');
    expect((await use()).status).toBe(200);
    const listed = await product.cli(['keys', 'list']);
    const scopes = 'profiles:read,events:write';
    const made = await product.cli(['keys', 'create', 'small', '--scopes', scopes]);
    expect([made.stdout.split('\n')[0], (await product.cli(['keys', 'list'])).stdout]).toEqual(
      Array(2).fill(expect.stringContaining(`  ${scopes}`)),
    );
    const id = /key_[0-9a-f]{32}/.exec(listed.stdout)?.[0] ?? '';
    expect(listed.stdout).not.toContain(key);
    expect(await product.cli(['keys', 'revoke', id])).toMatchObject({
      code: 0,
      stdout: 'Revoked test.\n',
    });
    expect(await product.databasePid()).toBe(databasePid);
    expect([200, 401]).toContain((await use()).status);
    server.program.kill('SIGTERM');
    expect(await server.program.end()).toBe(0);
    expect(await product.databasePid()).toBeNull();
  });
});

describe("TypeORM's own command line", () => {
  it('asks for the database to work on', () => {
    jest.replaceProperty(process, 'env', {});
    expect(() => jest.requireActual('../../ormconfig')).toThrow(/^Set DATABASE_URL /);
    jest.restoreAllMocks();
  });
});

describe('import orders', () => {
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

  async function write(name: string, content: string): Promise<string> {
    const file = join(place.product.dataFolder, name);
    await writeFile(file, content);
    return file;
  }

  it('takes a log in, lists the lines that are none, and changes nothing the second time', async () => {
    const broken = ['not a purchase at all', ' 00004 19970230  1  10.00', ' 00005 19970101  1  -5'];
    const file = await write('log.txt', [...lines, ...broken, ''].join('\n'));
    const first = await place.product.cli(['import', 'orders', file, '--format', 'cdnow']);
    expect([first.code, countsOf(first.stdout)]).toEqual([0, [28, 0, 0, 3]]);
    expect(first.stdout).toContain('line 29: Not a purchase');
    expect(first.stdout).toContain('line 30: Not a purchase: "19970230" is not a day');
    expect(first.stdout).toMatch(/^28 events in \d+\.\d s: [\d,]+ a second\.$/m);
    expect(tableOf(first.stdout, 'customers by stage')).toMatchObject({ CHURN: ['3'] });
    expect(tableOf(first.stdout, 'customers by tier')).toMatchObject({ LOW: ['3'] });
    expect(first.stderr).toContain('28/28 orders (100 %)');

    const second = await place.product.cli(['import', 'orders', file, '--format', 'cdnow']);
    expect([second.code, countsOf(second.stdout)]).toEqual([0, [0, 28, 0, 3]]);
    expect(second.stdout).toContain('Nothing changed: all of it was here already.');
    const customersOf = (text: string) => text.slice(text.indexOf('customers by stage'));
    expect(customersOf(second.stdout)).toBe(customersOf(first.stdout));
  });

  it('tells what is quarantined, and why, and does not take it for here already', async () => {
    const file = await write('log.txt', lines.join('\n'));
    const { code, stdout } = await place.product.cli(
      ['import', 'orders', file, '--source', 'import:foreign'],
      { CURRENCY: 'EUR' },
    );
    expect([code, countsOf(stdout)]).toEqual([0, [0, 0, 28, 0]]);
    expect(tableOf(stdout, 'quarantined for')).toMatchObject({
      INVALID_PROPERTIES: ['28', expect.stringMatching(/^1, 2, .*, 20, …$/)],
    });
    expect(stdout).not.toContain('Nothing changed');
  });

  it('moves a log so that it ends today, in a source of its own', async () => {
    const file = await write('log.txt', lines.join('\n'));
    const parameters = ['import', 'orders', file, '--shift-to-now', '--source', 'import:shifted'];
    const { code, stdout } = await place.product.cli(parameters);
    expect([code, countsOf(stdout)]).toEqual([0, [28, 0, 0, 0]]);
    expect(tableOf(stdout, 'customers by stage')).toMatchObject({ MATURITY: ['1'] });
  });

  it('shows the result beside a running server', async () => {
    const server = await place.product.startServer();
    const key = await place.product.createKey();
    const answer = await server.query<object>(
      key,
      `{ profileByIdentifier(identifier: {namespace: "user_id", value: "00002"}) {
        value { orders lifetimeRevenue { amount } } } }`,
    );
    expect(answer.data).toEqual({
      // Imported twice, from two sources.
      profileByIdentifier: { value: { orders: 4, lifetimeRevenue: { amount: '40.00' } } },
    });
    server.program.kill('SIGTERM');
    expect(await server.program.end()).toBe(0);
  });

  it('ended half-way stops the database, and the next run does the rest', async () => {
    const product = await place.newProduct('EMBEDDED');
    const many = Array.from(
      { length: 10_000 },
      (_, n) => ` ${String(n + 1).padStart(5, '0')} 19980101  1  10.00`,
    );
    const file = join(product.dataFolder, 'many.txt');
    await writeFile(file, many.join('\n'));
    const program = product.run('cli', ['import', 'orders', file], {});
    await product.saw('select 1 from event limit 1');
    program.interruptGroup();
    expect(await program.end()).toBe(1);
    expect(program.stderr).toMatch(/the next run does the rest/);
    expect(await product.databasePid()).toBeNull();
    const rest = await product.cli(['import', 'orders', file]);
    const [accepted = 0, duplicates = 0] = countsOf(rest.stdout);
    expect(accepted + duplicates).toBe(10_000);
    expect(duplicates).toBeGreaterThan(0);
    expect(accepted).toBeGreaterThan(0);
  });
});

/** The published tenth of a real shop's log; not part of the product. */
const sample = join(__dirname, '../../../shared/data/cdnow/CDNOW_sample.txt');

(existsSync(sample) ? describe : describe.skip)('the real log of CDNOW, where it is there', () => {
  it('is taken in once, and its customers grow old in the report', async () => {
    const product = await place.newProduct();
    const parameters = ['import', 'orders', sample, '--shift-to-now'];
    const first = await product.cli(parameters);
    expect([first.code, countsOf(first.stdout)]).toEqual([0, [6_919, 0, 0, 0]]);
    const second = await product.cli(parameters);
    expect([second.code, countsOf(second.stdout)]).toEqual([0, [0, 6_919, 0, 0]]);

    const report = await product.cli(['report', 'stages', '--every', 'quarter']);
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
