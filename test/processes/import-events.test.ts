import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { countsOf, linesOf } from '../support/imported-events';
import { useProduct } from '../support/processes';

jest.setTimeout(240_000);

const place = useProduct('CLONE');

/** Written into the data folder, which goes with the test. */
async function write(name: string, content: string | Buffer): Promise<string> {
  const file = join(place.product.dataFolder, name);
  await writeFile(file, content);
  return file;
}

it('standard input is read to its end, and the exit code tells what did not count', async () => {
  const piped = await place.product.cli(
    ['import', 'events', '-', '--source', 'piped', '--strict'],
    {},
    gzipSync(`${linesOf(701)}broken\n`),
  );
  expect([piped.code, countsOf(piped.stdout)]).toEqual([2, [701, 0, 1]]);
});

describe('killed in the middle', () => {
  const LINES = 5_000;

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
      /^Over all runs: 5,000 accepted, 0 duplicates, 0 quarantined\.$/m,
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
