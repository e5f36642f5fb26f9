import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEMO_SEED, generatePopulation } from '../../seeds/population';
import { type TestProduct, useProduct } from '../support/processes';

jest.setTimeout(180_000);

const place = useProduct('CLONE');

const CUSTOMERS = 100;
const settings = { DEMO_DATA: 'true', DEMO_CUSTOMERS: String(CUSTOMERS) };

/** What a load amounts to, whatever day it was done on and however often it was begun. */
async function countsOf(product: TestProduct): Promise<unknown> {
  const [counts] = await product.sql(`
    select
      (select count(*)::int from event) as events,
      (select count(*)::int from quarantined_event) as quarantined,
      (select count(*)::int from profile where merged_into is null) as profiles,
      (select count(*)::int from lifecycle_state) as stages,
      (select count(*)::int from feedback) as feedback,
      (select count(*)::int from referral_code) as codes,
      (select json_object_agg(status, n) from
        (select status, count(*)::int as n from referral group by 1 order by 1) r) as referrals,
      (select sum(orders)::int from activity_day) as orders,
      (select sum(revenue_minor)::text from activity_day) as revenue,
      (select json_object_agg(kind, n) from
        (select kind, count(*)::int as n from ledger_transaction
         where kind <> 'EXPIRY' group by 1 order by 1) t) as postings`);
  return counts;
}

/** Ends a start amid its load, once there are more than so many events. */
async function endAmidLoad(
  product: TestProduct,
  signal: NodeJS.Signals,
  events: number,
): Promise<void> {
  const program = product.run('main', [], settings);
  await product.saw(`select from event offset ${events} limit 1`);
  program.kill(signal);
  await program.end();
  expect(program.stdout).not.toContain('GraphQL:');
  expect(existsSync(join(product.dataFolder, 'demo-unfinished'))).toBe(true);
  if (signal === 'SIGTERM') {
    expect([program.child.exitCode, await product.databasePid()]).toEqual([1, null]);
    expect(program.stderr).toContain('the next run does the rest');
  }
}

let whole: unknown;
let firstBanner = '';

/** Without the addresses: the port is another each time. */
function bannerOf(stdout: string): string {
  return stdout.slice(stdout.indexOf('API key: '));
}

it('the first start loads it, and prints a key and a query that answers with data', async () => {
  const { product } = place;
  const server = await product.startServer(settings);
  const [, key = ''] = await server.program.says(/^API key: (prn_demo_\S+)$/m);
  const [, query = ''] = await server.program.says(/^A query to paste:\n\n(query \{[\s\S]*^\})\n/m);
  const answer = await server.query<{ profileByIdentifier: unknown }>(key, query);
  expect([answer.status, answer.errors]).toEqual([200, []]);
  expect(answer.data?.profileByIdentifier).toMatchObject({
    displayName: expect.any(String),
    identifiers: expect.arrayContaining([{ namespace: 'user_id', value: expect.any(String) }]),
    lifecycle: { stage: expect.any(String), reasons: expect.arrayContaining([expect.anything()]) },
    value: { tier: expect.any(String), rfm: { segment: expect.any(String) } },
    loyalty: { balance: expect.stringMatching(/^[1-9]/) },
    events: { edges: Array(5).fill(expect.anything()) },
  });

  // Everyone whom the banner shows can be looked at.
  const shown = server.program.stdout.match(/^ {2}demo-\d+/gm) ?? [];
  expect(shown.length).toBeGreaterThan(5);
  for (const line of shown) {
    const other = query.replace(/demo-\d+/, line.trim());
    const { data, errors } = await server.query<{ profileByIdentifier: unknown }>(key, other);
    expect([errors, data?.profileByIdentifier]).toEqual([[], expect.anything()]);
  }

  firstBanner = bannerOf(server.program.stdout);
  whole = await countsOf(product);
  const now = new Date();
  const population = generatePopulation({ seed: DEMO_SEED, customers: CUSTOMERS, now });
  expect(whole).toMatchObject({
    events: population.events.length,
    quarantined: 0,
    codes: population.codes.length,
    postings: { ADJUSTMENT: population.adjustments.length },
  });
  expect(existsSync(join(product.dataFolder, 'demo-unfinished'))).toBe(false);

  server.program.kill('SIGTERM');
  expect(await server.program.end()).toBe(0);
});

it('the second start keeps it, with the same key', async () => {
  const { product } = place;
  const server = await product.startServer(settings);
  const [, key = ''] = await server.program.says(/^API key: (prn_demo_\S+)$/m);
  await server.program.says(/A query to paste:\n\nquery \{[\s\S]*^\}\n/m);
  expect(bannerOf(server.program.stdout)).toBe(firstBanner);
  expect(server.program.stderr).not.toContain('demo events');
  expect(await countsOf(product)).toEqual(whole);
  const { status } = await server.query(key, '{ profiles { pageInfo { endCursor } } }');
  expect(status).toBe(200);
  server.program.kill('SIGTERM');
  expect(await server.program.end()).toBe(0);
});

it('a load that was ended, and one that was killed with its database, are finished exactly', async () => {
  const product = await place.newProduct('EMBEDDED');
  // As a start leaves it that is killed before it has written the key.
  await writeFile(join(product.dataFolder, 'demo-key'), '');
  await endAmidLoad(product, 'SIGTERM', 0);
  await endAmidLoad(product, 'SIGKILL', 1_000);
  process.kill((await product.databasePid()) ?? 0, 'SIGKILL');
  const server = await product.startServer(settings);
  await server.program.says(/^API key: prn_demo_\S{43}$/m);
  expect(await countsOf(product)).toEqual(whole);
  expect(existsSync(join(product.dataFolder, 'demo-unfinished'))).toBe(false);
  server.program.kill('SIGTERM');
  expect(await server.program.end()).toBe(0);
  expect(await product.databasePid()).toBeNull();
});
