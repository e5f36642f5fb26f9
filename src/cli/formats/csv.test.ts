import fc from 'fast-check';
import { collect, textSource } from '../../../test/support/text-source';
import { csvRows } from './csv';
import { type CsvMapping, readCsvMapping } from './csv-mapping';
import { type CsvRecord, readCsvRecords } from './csv-records';
import type { EventLine } from './event-format';
import { BEGINNING, type Position, splitLines } from './lines';

function records(text: string, delimiter = ','): Promise<CsvRecord[]> {
  const { chunks } = textSource(text).openAt(BEGINNING);
  return collect(readCsvRecords(splitLines(chunks, { lineBytesMax: 10_000 }), delimiter));
}

const contentsOf = (all: readonly CsvRecord[]) =>
  all.map((record) => ('cells' in record ? record.cells : record.fault));

describe('rows of CSV', () => {
  const cell = fc.string({
    unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', 'é', '微', ' '),
    maxLength: 8,
  });
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;

  it('come back as they were written, with the lines they stand on', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 6 }),
        fc.constantFrom('\n', '\r\n'),
        async (rows, end) => {
          const text = rows.map((row) => row.map(quote).join(',') + end).join('');
          const all = await records(text);
          const withLf = rows.map((row) => row.map((one) => one.replaceAll('\r\n', '\n')));
          expect(contentsOf(all)).toEqual(withLf);
          let before = 0;
          for (const record of all) {
            expect(record.lineNumber).toBe(before + 1);
            before = record.end.lines;
          }
          expect(all.at(-1)?.end.bytes ?? 0).toBe(Buffer.byteLength(text));
        },
      ),
    );
  });

  it('may be quoted or not, with any delimiter, and blank lines between', async () => {
    expect(contentsOf(await records('a;"b;c"\n\n  \nd;e'.replaceAll(';', '\t'), '\t'))).toEqual([
      ['a', 'b\tc'],
      ['d', 'e'],
    ]);
    expect(contentsOf(await records('a,,\n"","x""y",'))).toEqual([
      ['a', '', ''],
      ['', 'x"y', ''],
    ]);
  });

  it.each([
    [
      'a quote that is never closed',
      'a,"b\nc,d\ne,f',
      [1],
      [
        ['c', 'd'],
        ['e', 'f'],
      ],
    ],
    ['text behind a closing quote', '"a"b,c\nd,"e\nf"', [1], [['d', 'e\nf']]],
    [
      'two such quotes, with good rows between',
      'a,"b\nc,d\ne,"f\ng,h',
      [1, 3],
      [
        ['c', 'd'],
        ['g', 'h'],
      ],
    ],
    ['a quote followed by too many lines', `a,"b\n${'c,d\n'.repeat(1_500)}`, [1], null],
    [
      'a quote followed by a line that is too long',
      `a,"b\n${'x'.repeat(10_001)}\nc,d`,
      [1, 2],
      [['c', 'd']],
    ],
  ])('lose no other line by %s', async (_name, text, broken, rest) => {
    const all = await records(text);
    const faulty = all.filter((record) => 'fault' in record);
    expect(faulty.map(({ lineNumber }) => lineNumber)).toEqual(broken);
    const sound = all.flatMap((record) => ('cells' in record ? [record.cells] : []));
    expect(sound).toEqual(rest ?? Array.from({ length: 1_500 }, () => ['c', 'd']));
  });

  it('take a quote within a cell for text', async () => {
    expect(contentsOf(await records('6" pipe,1\n"b\nc",2'))).toEqual([
      ['6" pipe', '1'],
      ['b\nc', '2'],
    ]);
  });
});

function mappingOf(document: object): CsvMapping {
  const read = readCsvMapping(document);
  if (!read.valid) throw new Error(read.faults.join('\n'));
  return read.mapping;
}

const shop = {
  name: { constant: 'Order Completed' },
  messageId: { columns: ['shop', 'order'] },
  occurredAt: { column: 'at', format: 'yyyy-MM-dd HH:mm:ss', timeZone: 'Europe/Berlin' },
  identifiers: { email: 'mail', phone: 'phone' },
  properties: {
    order_id: { column: 'order' },
    revenue: { column: 'total', type: 'number' },
    gift: { column: 'gift', type: 'boolean' },
    items: { column: 'items', type: 'json' },
    currency: { constant: 'EUR' },
  },
  traits: { name: { column: 'customer' } },
  channel: { column: 'channel' },
};

const heading = 'shop,order,at,mail,phone,total,gift,items,customer,channel';

function read(
  rows: string,
  document: object = shop,
  after: Position = BEGINNING,
): Promise<EventLine[]> {
  return collect(csvRows(mappingOf(document))(textSource(rows), after));
}

describe('events of rows', () => {
  it('are made of the cells as the mapping says; empty ones are left out', async () => {
    const lines = await read(
      `\ufeff${heading}\r\n` +
        'b:1,7,2026-07-01 12:00:00, mei@example.com ,+491,12.50,TRUE,"[{""sku"":1}]","Mei, Li",web\r\n' +
        'b,1:7,2026-01-01 12:00:00,,+492,,,,,\r\n',
    );
    expect(lines.map((line) => ('event' in line ? line.event : line.fault))).toEqual([
      {
        messageId: 'b\\:1:7',
        name: 'Order Completed',
        // Summer time, and in the next row not.
        occurredAt: new Date('2026-07-01T10:00:00Z'),
        identifiers: [
          { namespace: 'email', value: 'mei@example.com' },
          { namespace: 'phone', value: '+491' },
        ],
        properties: {
          order_id: '7',
          revenue: 12.5,
          gift: true,
          items: [{ sku: 1 }],
          currency: 'EUR',
        },
        traits: { name: 'Mei, Li' },
        channel: 'web',
      },
      {
        messageId: 'b:1\\:7',
        name: 'Order Completed',
        occurredAt: new Date('2026-01-01T11:00:00Z'),
        identifiers: [{ namespace: 'phone', value: '+492' }],
        properties: { order_id: '1:7', currency: 'EUR' },
        traits: {},
        channel: undefined,
      },
    ]);
  });

  it.each<[string, RegExp]>([
    ['b,7,2026-07-01,m@x.org,,1,,,,', /^at is "2026-07-01", no time as yyyy-MM-dd HH:mm:ss\./],
    ['b,7,,m@x.org,,1,,,,', /^at is "", no time/],
    ['b,7,2026-07-01 12:00:00,m@x.org,,"1,5",,,,', /^total is "1,5", no number/],
    ['b,7,2026-07-01 12:00:00,m@x.org,,0x10,,,,', /^total is "0x10", no number/],
    ['b,7,2026-07-01 12:00:00,m@x.org,,1,perhaps,,,', /^gift is "perhaps", no boolean/],
    ['b,7,2026-07-01 12:00:00,m@x.org,,1,,[,,', /^items is "\[", no json/],
    ['b,7,2026-07-01 12:00:00', /^The row has 3 cells; the heading has 10/],
  ])('are told where they are none: %s', async (row, fault) => {
    const good = 'b,8,2026-07-01 12:00:00,m@x.org,,1,,,,';
    expect(await read([heading, row, good].join('\n'))).toMatchObject([
      { lineNumber: 2, fault: expect.stringMatching(fault), text: row },
      { lineNumber: 3, event: { messageId: 'b:8' } },
    ]);
  });

  it.each<[string, object, string, string]>([
    ['ISO', {}, '2026-07-01T12:00:00+02:00', '2026-07-01T10:00:00Z'],
    ['ISO', {}, '2026-07-01T10:00Z', '2026-07-01T10:00:00Z'],
    ['ISO', { timeZone: 'Asia/Shanghai' }, '2026-07-01T18:00:00', '2026-07-01T10:00:00Z'],
    ['ISO', { timeZone: 'Asia/Shanghai' }, '2026-07-01T10:00:00Z', '2026-07-01T10:00:00Z'],
    ['EPOCH_SECONDS', {}, '1782900000.5', '2026-07-01T10:00:00.500Z'],
    ['EPOCH_MILLISECONDS', {}, '1782900000000', '2026-07-01T10:00:00Z'],
    ['dd.MM.yyyy HH:mm', { timeZone: 'Europe/Berlin' }, '01.07.2026 12:00', '2026-07-01T10:00:00Z'],
  ])('have times as %s %j', async (format, zone, cell, instant) => {
    const document = {
      name: { column: 'name' },
      occurredAt: { column: 'at', format, ...zone },
      identifiers: { user_id: 'user' },
    };
    expect(await read(`name,at,user\nx,${cell},u1`, document)).toMatchObject([
      { event: { name: 'x', occurredAt: new Date(instant) } },
    ]);
  });

  it.each<[string, string]>([
    ['ISO', '2026-07-01T12:00:00'],
    ['ISO', '2026-07-01'],
    ['ISO', '01.07.2026'],
    ['EPOCH_SECONDS', '12 o’clock'],
    ['EPOCH_MILLISECONDS', '999999999999999999'],
  ])('have no times as %s of %s', async (format, cell) => {
    const document = {
      name: { column: 'name' },
      occurredAt: { column: 'at', format },
      identifiers: { user_id: 'user' },
    };
    expect(await read(`name,at,user\nx,${cell},u1`, document)).toMatchObject([
      { fault: expect.stringMatching(/^at is /) },
    ]);
  });

  it('go on behind any row, under the heading at the top', async () => {
    const document = { name: { column: 'name' }, identifiers: { user_id: 'user' } };
    const text = 'name,user\n"a\nb",u1\nc,u2\n\nbroken\nc,u2\n';
    const whole = await read(text, document);
    expect(whole.map(({ lineNumber }) => lineNumber)).toEqual([2, 4, 6, 7]);
    const ids = whole.flatMap((line) => ('event' in line ? [line.event.messageId] : []));
    expect(new Set(ids).size).toBe(3);
    for (const [index, { end }] of whole.entries()) {
      expect(await read(text, document, end)).toEqual(whole.slice(index + 1));
      const after = { lines: end.lines, bytes: null };
      expect(await read(text, document, after)).toEqual(whole.slice(index + 1));
    }
  });

  it('are none without a heading, and refused where it does not fit the mapping', async () => {
    expect(await read('')).toEqual([]);
    await expect(read('shop,order,at,mail,mail\n')).rejects.toThrow(
      /identifiers\.email: the file has the column "mail" twice[\s\S]*identifiers\.phone: the file has no column "phone"[\s\S]*properties\.revenue\.column: the file has no column "total"/,
    );
    await expect(read('"shop\norder')).rejects.toThrow(/The heading in line 1: A quote/);
  });
});

describe('a mapping', () => {
  const base = { name: { constant: 'x' }, identifiers: { user_id: 'user' } };

  it('needs a name and identifiers only', () => {
    expect(readCsvMapping(base)).toMatchObject({ valid: true });
  });

  it.each<[unknown, RegExp]>([
    [[], /^the mapping: must be an object/],
    [{ ...base, shoes: 1 }, /^shoes: must not be there; known are delimiter, name/],
    [{ identifiers: { user_id: 'u' } }, /^name: must be an object/],
    [{ name: { constant: 'x' } }, /^identifiers: must be an object/],
    [{ ...base, identifiers: {} }, /^identifiers: must name a column/],
    [{ ...base, identifiers: { user_id: 7 } }, /^identifiers\.user_id: must be the heading/],
    [
      { ...base, name: { constant: 'x', column: 'y' } },
      /^name: must have either column or constant/,
    ],
    [{ ...base, name: { constant: 7 } }, /^name\.constant: must be text/],
    [{ ...base, delimiter: '::' }, /^delimiter: must be one of/],
    [{ ...base, messageId: { columns: [] } }, /^messageId\.columns: must be a list of 1 to 20/],
    [{ ...base, messageId: { columns: [''] } }, /^messageId\.columns\[0\]: must be the heading/],
    [
      { ...base, properties: { a: { column: 'a', type: 'date' } } },
      /^properties\.a\.type: must be one of text/,
    ],
    [
      { ...base, properties: { a: { constant: 1, type: 'number' } } },
      /^properties\.a\.type: must be left out/,
    ],
    [{ ...base, traits: { a: {} } }, /^traits\.a: must have either column or constant/],
    [
      { ...base, occurredAt: { column: 'a', format: 'yyyy' } },
      /^occurredAt\.format: must be a pattern/,
    ],
    [
      { ...base, occurredAt: { column: 'a', format: 'yyyy-MM-dd' } },
      /^occurredAt\.timeZone: must be there/,
    ],
    [
      { ...base, occurredAt: { column: 'a', format: 'ISO', timeZone: 'Mars' } },
      /^occurredAt\.timeZone: must be a time zone/,
    ],
    [
      { ...base, occurredAt: { column: 'a', format: 'EPOCH_SECONDS', timeZone: 'UTC' } },
      /^occurredAt\.timeZone: must be left out/,
    ],
  ])('%j is refused with the place', (document, fault) => {
    const read = readCsvMapping(document);
    expect(read).toMatchObject({ valid: false });
    if (!read.valid) expect(read.faults).toContainEqual(expect.stringMatching(fault));
  });
});
