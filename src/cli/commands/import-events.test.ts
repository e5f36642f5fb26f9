import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { useApi } from '../../../test/support/api';
import { createTestApp } from '../../../test/support/app';
import { commandLineOf } from '../../../test/support/command-line';
import { countsOf, linesOf } from '../../../test/support/imported-events';

const api = useApi();
/** An app of its own, beside the server's. */
const run = commandLineOf(createTestApp(api.database, api.clock));
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perennial-import-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(name: string, content: string | Buffer): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
}

it('a file is taken in once, whatever is done to it', async () => {
  const file = await write('small.ndjson', `${linesOf(700)}broken\n\n[]\n{"name":"x"}\n`);
  const rehearsed = await run(['import', 'events', file, '--dry-run']);
  expect([rehearsed.code, countsOf(rehearsed.stdout)]).toEqual([0, [700, 0, 3]]);
  expect(rehearsed.stdout).toMatch(/^A dry run: nothing of this was kept\.$/m);

  const first = await run(['import', 'events', file]);
  expect([first.code, countsOf(first.stdout)]).toEqual([0, [700, 0, 3]]);
  expect(first.stdout).toMatch(/^UNREADABLE +3 +701, 703, 704$/m);
  expect(first.stdout).toMatch(/^ {2}line 703: The line is no JSON object\.$/m);
  expect(first.stderr).toMatch(/^703 events \(100 %\) in /m);

  const finished = await run(['import', 'events', file, '--strict']);
  expect(finished.stdout).toMatch(
    /^small\.ndjson was imported to its end on .*: 700 accepted, 0 duplicates, 3 quarantined\.$/m,
  );
  expect(finished.code).toBe(2);

  const again = await run(['import', 'events', file, '--restart', '--strict']);
  expect([again.code, countsOf(again.stdout)]).toEqual([2, [0, 700, 3]]);

  const rest = await run(['import', 'events', file, '--from-line', '698']);
  expect([rest.code, countsOf(rest.stdout)]).toEqual([0, [0, 3, 3]]);

  // Packed under another name, it is another import of the same events.
  const packed = await write('other.txt', gzipSync(linesOf(700)));
  const source = ['--source', 'small'];
  const unpacked = await run(['import', 'events', packed, ...source]);
  expect([unpacked.code, countsOf(unpacked.stdout)]).toEqual([0, [0, 700, 0]]);
  expect(unpacked.stdout).toMatch(/^Nothing changed: all of it was here already\.$/m);
});

it('a CSV file is taken in by its mapping', async () => {
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
  const { code, stdout } = await run(command);
  expect([code, countsOf(stdout)]).toEqual([0, [2, 0, 2]]);
  expect(stdout).toMatch(/^UNREADABLE +1 +3$/m);
  expect(stdout).toMatch(/^INVALID_PROPERTIES +1 +6$/m);
  const answer = await api.query(
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
});
