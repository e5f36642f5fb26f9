import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestProduct, useProduct } from '../support/processes';

jest.setTimeout(120_000);

const place = useProduct('EMBEDDED');

function countsOf(output: string): readonly number[] {
  return ['accepted', 'duplicates'].map((name) => {
    const found = new RegExp(`^ *${name} +([\\d,]+)`, 'm').exec(output);
    return Number((found?.[1] ?? '0').replaceAll(',', ''));
  });
}

describe('keys', () => {
  let product: TestProduct;

  it('the command line alone starts the embedded database, and stops it again', async () => {
    product = await place.newProduct();
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
    const id = /key_[0-9a-f]{32}/.exec(listed.stdout)?.[0] ?? '';
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
  it('ended half-way stops the database, and the next run does the rest', async () => {
    const product = await place.newProduct();
    // Some batches of 500: it is to be ended between two of them.
    const ORDERS = 4_000;
    const many = Array.from(
      { length: ORDERS },
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
    expect(accepted + duplicates).toBe(ORDERS);
    expect(duplicates).toBeGreaterThan(0);
    expect(accepted).toBeGreaterThan(0);
  });
});
