import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { useProduct } from '../support/processes';

jest.setTimeout(240_000);

const place = useProduct('CLONE');

/** Written into the data folder, which goes with the test. */
async function write(name: string, content: string | Buffer): Promise<string> {
  const file = join(place.product.dataFolder, name);
  await writeFile(file, content);
  return file;
}

const eventOf = (index: number) =>
  `{"name":"Page Viewed","identifiers":[{"namespace":"user_id","value":"u${index % 40}"}]}`;

function linesOf(count: number): string {
  return Array.from({ length: count }, (_, index) => `${eventOf(index)}\n`).join('');
}

function countsOf(output: string): readonly number[] {
  return ['accepted', 'duplicates', 'quarantined'].map((name) => {
    const found = new RegExp(`^${name} +([\\d,]+)$`, 'm').exec(output);
    return Number((found?.[1] ?? 'none').replaceAll(',', ''));
  });
}

it('a file is taken in once, whatever is done to it', async () => {
  const file = await write('small.ndjson', `${linesOf(700)}broken\n\n[]\n{"name":"x"}\n`);
  const rehearsed = await place.product.cli(['import', 'events', file, '--dry-run']);
  expect([rehearsed.code, countsOf(rehearsed.stdout)]).toEqual([0, [700, 0, 3]]);
  expect(rehearsed.stdout).toMatch(/^A dry run: nothing of this was kept\.$/m);

  const first = await place.product.cli(['import', 'events', file]);
  expect([first.code, countsOf(first.stdout)]).toEqual([0, [700, 0, 3]]);
  expect(first.stdout).toMatch(/^UNREADABLE +3 +701, 703, 704$/m);
  expect(first.stdout).toMatch(/^ {2}line 703: The line is no JSON object\.$/m);
  expect(first.stderr).toMatch(/^703 events \(100 %\) in /m);

  const finished = await place.product.cli(['import', 'events', file, '--strict']);
  expect(finished.stdout).toMatch(
    /^small\.ndjson was imported to its end on .*: 700 accepted, 0 duplicates, 3 quarantined\.$/m,
  );
  expect(finished.code).toBe(2);

  const again = await place.product.cli(['import', 'events', file, '--restart', '--strict']);
  expect([again.code, countsOf(again.stdout)]).toEqual([2, [0, 700, 3]]);

  const rest = await place.product.cli(['import', 'events', file, '--from-line', '698']);
  expect([rest.code, countsOf(rest.stdout)]).toEqual([0, [0, 3, 3]]);

  // Packed under another name, and by standard input, it is another import of the same events.
  const packed = await write('other.txt', gzipSync(linesOf(700)));
  const source = ['--source', 'small'];
  const unpacked = await place.product.cli(['import', 'events', packed, ...source]);
  expect([unpacked.code, countsOf(unpacked.stdout)]).toEqual([0, [0, 700, 0]]);
  expect(unpacked.stdout).toMatch(/^Nothing changed: all of it was here already\.$/m);
  const piped = await place.product.cli(
    ['import', 'events', '-', ...source, '--strict'],
    {},
    Buffer.from(linesOf(701)),
  );
  expect([piped.code, countsOf(piped.stdout)]).toEqual([0, [1, 700, 0]]);
});

it('a CSV file is taken in by its mapping', async () => {
  const product = await place.newProduct();
  const mapping = await write(
    'mapping.json',
    JSON.stringify({
      name: { constant: 'Order Completed' },
      messageId: { columns: ['order'] },
      occurredAt: { column: 'at', format: 'yyyy-MM-dd HH:mm:ss', timeZone: 'Europe/Berlin' },
      identifiers: { email: 'mail' },
      properties: {
        order_id: { column: 'order' },
        revenue: { column: 'total', type: 'number' },
        currency: { constant: 'USD' },
      },
    }),
  );
  const file = await write(
    'orders.csv',
    gzipSync(
      '\ufefforder,at,mail,total\r\n' +
        '1,2026-07-01 12:00:00,mei@example.com,12.50\r\n' +
        '2,yesterday,mei@example.com,1\r\n' +
        '"3\n",2026-07-02 12:00:00,li@example.com,"1"\r\n' +
        '4,2026-07-03 12:00:00,li@example.com,-1\r\n',
    ),
  );
  const command = ['import', 'events', file, '--mapping', mapping];
  const { code, stdout } = await product.cli(command);
  expect([code, countsOf(stdout)]).toEqual([0, [2, 0, 2]]);
  expect(stdout).toMatch(/^UNREADABLE +1 +3$/m);
  expect(stdout).toMatch(/^INVALID_PROPERTIES +1 +6$/m);
  const server = await product.startServer();
  const answer = await server.query<object>(
    await product.createKey(),
    `{ profileByIdentifier(identifier: {namespace: "email", value: "mei@example.com"}) {
      value { orders } events { edges { node { occurredAt source messageId properties } } } } }`,
  );
  expect(answer.data).toEqual({
    profileByIdentifier: {
      value: { orders: 1 },
      events: {
        edges: [
          {
            node: {
              occurredAt: '2026-07-01T10:00:00.000Z',
              source: 'import:orders',
              messageId: '1',
              properties: { order_id: '1', revenue: 12.5, currency: 'USD' },
            },
          },
        ],
      },
    },
  });
  server.program.kill('SIGTERM');
  expect(await server.program.end()).toBe(0);
});

describe('killed in the middle', () => {
  const LINES = 8_000;

  it.each([
    ['a file', (text: string) => Buffer.from(text), false],
    ['a packed file', (text: string) => gzipSync(text), false],
    ['standard input', (text: string) => Buffer.from(text), true],
  ])('%s goes on where it stopped, and nothing is lost or twice', async (name, pack, isPiped) => {
    const product = await place.newProduct();
    const content = pack(linesOf(LINES));
    const file = isPiped ? '-' : await write(`${name.replaceAll(' ', '-')}.ndjson`, content);
    const input = isPiped ? content : undefined;
    const command = ['import', 'events', file];
    const program = product.run('cli', command, {}, input);
    await product.saw('select 1 from import_checkpoint where lines > 0');
    program.kill('SIGKILL');
    expect(await program.end()).toBe('SIGKILL');

    const resumed = await product.cli(command, {}, input);
    expect(resumed.code).toBe(0);
    const skipped = /^Went on behind line ([\d,]+)\.$/m.exec(resumed.stdout)?.[1] ?? '';
    const before = Number(skipped.replaceAll(',', ''));
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(LINES);
    const [accepted = 0, duplicates = 0, quarantined] = countsOf(resumed.stdout);
    expect([accepted + duplicates, quarantined]).toEqual([LINES - before, 0]);
    // At most the batch that was stored and not yet in the checkpoint.
    expect(duplicates).toBeLessThanOrEqual(500);

    const [stored] = await product.sql<{ events: string; messages: string }>(
      'select count(*) as events, count(distinct message_id) as messages from event',
    );
    expect(stored).toEqual({ events: String(LINES), messages: String(LINES) });
  });

  it('and with Ctrl-C it says so, and goes on the next time', async () => {
    const product = await place.newProduct();
    const file = await write('stopped.ndjson', linesOf(LINES));
    const program = product.run('cli', ['import', 'events', file]);
    await product.saw('select 1 from import_checkpoint where lines > 0');
    program.interruptGroup();
    expect(await program.end()).toBe(1);
    expect(program.stderr).toMatch(/the next run does the rest/);
    const resumed = await product.cli(['import', 'events', file]);
    expect(resumed.stdout).toMatch(
      /^Over all runs: 8,000 accepted, 0 duplicates, 0 quarantined\.$/m,
    );
  });

  it('and with Ctrl-C it does not wait for standard input', async () => {
    const program = place.product.run('cli', ['import', 'events', '-'], {}, null);
    await place.product.saw(
      `select from pg_stat_activity
       where application_name = 'perennial' and datname = current_database()`,
    );
    program.interruptGroup();
    expect(await program.end()).toBe(1);
    expect(program.stderr).toMatch(/the next run does the rest/);
  });
});
