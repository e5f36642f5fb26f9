import fc from 'fast-check';
import { BEGINNING, type Line, type SplitOptions, splitLines } from './lines';

async function* inChunks(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length];
  places.sort((left, right) => left - right);
  for (const [index, start] of places.slice(0, -1).entries()) {
    yield bytes.subarray(start, places[index + 1]);
  }
}

async function split(
  text: string | Buffer,
  options: Partial<SplitOptions> = {},
  cuts: readonly number[] = [],
): Promise<Line[]> {
  const lines: Line[] = [];
  const chunks = inChunks(Buffer.from(text), cuts);
  for await (const line of splitLines(chunks, { lineBytesMax: 1_000, ...options })) {
    lines.push(line);
  }
  return lines;
}

/** Lines with characters of one to four bytes, and carriage returns that end nothing. */
const lineText = fc.string({
  unit: fc.constantFrom('a', '"', 'é', '微', '😀', ' ', '\r'),
  maxLength: 12,
});
const lineEnd = fc.constantFrom('\n', '\r\n');
const cuts = fc.array(fc.nat(400), { maxLength: 20 });

describe('splitLines', () => {
  it('gives the same lines wherever the text is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(lineText, lineEnd), { maxLength: 12 }),
        lineText,
        cuts,
        async (ended, last, where) => {
          const whole = ended.map(([text, end]) => text + end).join('') + last;
          const expected = whole.split('\n').map((text) => text.replace(/\r$/, ''));
          // What ends with a line end has no line after it.
          if (whole === '' || whole.endsWith('\n')) expected.pop();
          const lines = await split(whole, {}, where);
          expect(lines.map(({ text }) => text)).toEqual(expected);
          expect(lines.map(({ lineNumber }) => lineNumber)).toEqual(expected.map((_, n) => n + 1));
          expect(lines.every(({ fault }) => fault === null)).toBe(true);
        },
      ),
    );
  });

  it('goes on behind any line as if it had read what is before', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(lineText, lineEnd), { minLength: 1, maxLength: 12 }),
        fc.nat(),
        cuts,
        async (ended, choice, where) => {
          const bytes = Buffer.from(ended.map(([text, end]) => text + end).join(''));
          const lines = await split(bytes);
          expect(lines.at(-1)?.endBytes).toBe(bytes.length);
          const behind = choice % lines.length;
          const from = { lines: behind + 1, bytes: lines[behind]?.endBytes ?? 0 };
          const rest = await split(bytes.subarray(from.bytes), { from }, where);
          expect(rest).toEqual(lines.slice(behind + 1));
        },
      ),
    );
  });

  it('keeps no more of a line than the limit, and reads on', async () => {
    const long = 'x'.repeat(5_000);
    const lines = await split(
      `${'a'.repeat(1_000)}\r\n${'b'.repeat(1_001)}\n${long}\nshort`,
      {},
      [500, 1_000, 2_500, 4_000],
    );
    expect(lines.map(({ lineNumber, fault }) => [lineNumber, fault])).toEqual([
      [1, null],
      [2, 'TOO_LONG'],
      [3, 'TOO_LONG'],
      [4, null],
    ]);
    expect(lines[2]?.text).toBe(long.slice(0, 1_000));
    expect(lines.at(-1)).toMatchObject({ text: 'short', endBytes: 1_002 + 1_002 + 5_001 + 5 });
  });

  it('passes over a byte order mark, at the beginning only', async () => {
    const lines = await split('\ufeffa\n\ufeffb');
    expect(lines.map(({ text }) => text)).toEqual(['a', '\ufeffb']);
    const from = { lines: 1, bytes: 5 };
    expect(await split('\ufeffb', { from })).toMatchObject([{ text: '\ufeffb', endBytes: 9 }]);
  });

  it('tells what is not UTF-8 instead of guessing', async () => {
    const latin = Buffer.concat([Buffer.from('ok\n'), Buffer.from('M\xfcller\n', 'latin1')]);
    expect(await split(latin)).toMatchObject([{ fault: null }, { fault: 'NOT_UTF8' }]);
  });

  it('has no lines of nothing', async () => {
    expect(await split('', { from: BEGINNING })).toEqual([]);
  });
});
