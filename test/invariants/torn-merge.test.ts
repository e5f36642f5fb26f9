import type { IncomingEvent } from '../../src/domains/events';
import type { Tx } from '../../src/platform/database/database';
import { type ProfileId, toPublicId, uuidSource } from '../../src/shared/ids';
import { createTestApp } from '../support/app';
import { TestClock } from '../support/clock';
import { useTestDatabase } from '../support/database';
import { graphFaults } from '../support/profile-graph';
import { TornDatabase } from '../support/torn-database';

const testing = useTestDatabase();
const { database } = testing;
const torn = new TornDatabase(testing.url, database);
const clock = new TestClock('2026-06-15T12:00:00Z');
const app = createTestApp(torn, clock);

beforeAll(() => torn.dataSource.initialize());
afterAll(() => torn.dataSource.destroy());

/** Two profiles that turn out to be one customer, whom they brought, and the batch that tells. */
interface Case {
  /** By what a view calls them. */
  readonly profileIds: ReadonlyMap<string, ProfileId>;
  readonly batch: readonly IncomingEvent[];
}

/** Both sides have what a merge has to carry along: days, points, feedback, a code, a referral. */
async function newCase(): Promise<Case> {
  const name = uuidSource.next<string>();
  const user = { namespace: 'user_id', value: name };
  const cookie = { namespace: 'anonymous_id', value: name };
  const friend = { namespace: 'email', value: `${name}@mail.test` };
  const event = (
    identifiers: IncomingEvent['identifiers'],
    told: string,
    properties: NonNullable<IncomingEvent['properties']> = {},
    day = '10',
  ): IncomingEvent => ({
    messageId: uuidSource.next(),
    name: told,
    identifiers,
    properties,
    occurredAt: new Date(`2026-06-${day}T08:00:00Z`),
    traits: { [told]: day },
  });
  torn.arm();
  const { profileIds } = await app.events.ingest('shop', [
    event([user], 'Order Completed', { revenue: 40 }, '01'),
    event([user], 'Feedback Submitted', { kind: 'NPS', score: 9 }, '02'),
    event([cookie], 'Order Completed', { revenue: 25 }, '02'),
    event([cookie], 'Post Created', {}, '03'),
    event([cookie], 'Feedback Submitted', { kind: 'COMPLAINT' }, '04'),
    event([friend], 'Signed In', {}, '05'),
  ]);
  const [older, younger, brought] = profileIds as [ProfileId, ProfileId, ProfileId];
  const code = await app.referrals.createCode({
    profileId: younger,
    wanted: null,
    createdAt: new Date('2026-06-05T00:00:00Z'),
  });
  if (code.outcome !== 'CODE') throw new Error('No code was made.');
  await app.events.ingest('shop', [
    event([friend], 'Referral Claimed', { code: code.code.code }, '06'),
  ]);
  await app.loyalty.adjustPoints({
    profileId: younger,
    points: 7n,
    reason: 'Gift',
    note: null,
    idempotencyKey: name,
    actor: 'key:test',
  });
  const batch = [
    event([user, cookie, { namespace: 'email', value: 'null' }], 'Signed In'),
    event([cookie], 'Order Completed', { revenue: 60 }, '11'),
    event([user, { namespace: 'device_id', value: name }], 'Feedback Submitted', {
      kind: 'CSAT',
      score: 5,
    }),
    event([friend], 'Order Completed', { revenue: 10 }, '12'),
    event([{ namespace: 'email', value: '' }], 'Signed In'),
  ];
  return { profileIds: new Map(Object.entries({ older, younger, brought })), batch };
}

/** Where what happened to a profile is written down: the columns that the same case shares. */
const RECORDS: readonly (readonly [table: string, profile: string, columns: string])[] = [
  ['profile', 'profile_id', 'merged_into'],
  ['identifier', 'profile_id', 'namespace, first_seen_at, last_seen_at'],
  ['profile_merge', 'survivor_id', 'absorbed_id, source, merged_at'],
  ['activity_day', 'profile_id', 'day, events, orders, revenue_minor, sign_ins, posts, complaints'],
  ['evaluation', 'profile_id', 'next_evaluation_at'],
  ['lifecycle_state', 'profile_id', 'stage, since, at_risk'],
  ['lifecycle_transition', 'profile_id', 'from_stage, to_stage, occurred_at, superseded_at'],
  ['customer_value', 'profile_id', 'tier, orders, revenue_minor'],
  ['loyalty_account', 'profile_id', 'balance, lifetime_points, tier'],
  ['ledger_transaction', 'profile_id', 'kind, points, reason, counterpart_profile_id'],
  ['point_lot', 'profile_id', 'points_earned, points_left, earned_at, origin_profile_id'],
  ['feedback', 'profile_id', 'kind, score, occurred_at'],
  ['referral_code', 'profile_id', 'created_at'],
  ['referral', 'referrer_profile_id', 'referee_profile_id, status, converted_at'],
  ['outbox_message', 'profile_id', "topic, payload->>'survivor', payload->>'absorbed'"],
  ['event join identifier i using (identifier_id)', 'i.profile_id', 'namespace, name'],
  ['event_receipt join identifier i using (identifier_id)', 'i.profile_id', 'namespace'],
  ['identity_link join identifier i using (identifier_id)', 'i.profile_id', 'namespace, source'],
  [
    'identifier_trait join identifier i using (identifier_id)',
    'i.profile_id',
    'namespace, name, identifier_trait.value',
  ],
  [
    'identity_warning w join identifier i using (identifier_id)',
    'i.profile_id',
    'w.namespace, rule, times',
  ],
];

/** All that is written of a case, with its profiles called by their parts in it. */
async function view({ profileIds }: Case): Promise<readonly string[]> {
  const rows = await database.query<{ row: string }>(
    RECORDS.map(
      ([table, profile, columns]) =>
        `select '${table} ' || row(${profile}, ${columns})::text as row
         from ${table} where ${profile} = any($1::uuid[])`,
    ).join(' union all '),
    [[...profileIds.values()]],
  );
  return rows
    .map(({ row }) => {
      let text = row;
      for (const [name, id] of profileIds) {
        text = text.replaceAll(id, name).replaceAll(toPublicId('prf', id), name);
      }
      return text;
    })
    .sort();
}

/** Of every table: what stands for its rows, e.g. a count. */
async function eachTable(rows: (name: string) => string): Promise<unknown> {
  const tables = await database.query<{ name: string }>(
    `select table_name as name from information_schema.tables
     where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
  );
  const told = tables.map(({ name }) => `select '${name}' as name, ${rows(name)}`);
  return database.query(`${told.join(' union all ')} order by name`);
}

/**
 * Whether anything was written: a row that is there since, changed or gone shows in the number of
 * rows or in the latest transaction that wrote one.
 */
function written(): Promise<unknown> {
  return eachTable(
    (name) => `count(*) as rows, max(xmin::text::bigint) as latest from only ${name}`,
  );
}

/** Stands for every row. */
function digest(): Promise<unknown> {
  return eachTable(
    // What is sent again and set aside again is counted: that, and only that, is to change, save
    // the deliveries, every one of which is counted.
    (name) => `md5(string_agg(t::text, ' ' order by t::text))
     from (select to_jsonb(of_table) - 'times_received' as t from only ${name} of_table
           where '${name}' <> 'event_count') as rows`,
  );
}

async function send({ batch }: Case): Promise<readonly string[]> {
  const { outcomes } = await app.events.ingest('shop', batch);
  return outcomes.map(({ status }) => status);
}

const TAKEN = ['ACCEPTED', 'ACCEPTED', 'ACCEPTED', 'ACCEPTED', 'QUARANTINED'];
const TAKEN_BEFORE = ['DUPLICATE', 'DUPLICATE', 'DUPLICATE', 'DUPLICATE', 'QUARANTINED'];

/** What the merge comes to where nothing goes wrong, and the statements it takes. */
async function undisturbed() {
  const one = await newCase();
  torn.arm();
  expect(await send(one)).toEqual(TAKEN);
  const statements = [...torn.sent];
  const whole = await view(one);
  expect(whole).toEqual(
    expect.arrayContaining([
      'profile (younger,older)',
      expect.stringMatching(/^profile_merge \(older,younger,shop,/),
      expect.stringMatching(/^outbox_message \(older,identity.profiles-merged,older,younger\)/),
      expect.stringMatching(/^referral \(older,brought,CONVERTED,/),
      expect.stringMatching(/^ledger_transaction \(older,TRANSFER,/),
    ]),
  );
  expect(whole.filter((row) => /^(activity_day|feedback|identifier) \(younger/.test(row))).toEqual(
    [],
  );
  const complete = await digest();
  expect(await send(one)).toEqual(TAKEN_BEFORE);
  expect(await digest()).toEqual(complete);
  return { statements, whole };
}

/** Sent again, what was torn comes to what it should have: nothing is missing, nothing doubled. */
async function expectCompletedOnce(
  one: Case,
  whole: readonly string[],
  answer: readonly string[],
  where: string,
) {
  torn.arm();
  expect([where, await send(one)]).toEqual([where, answer]);
  expect([where, await view(one)]).toEqual([where, whole]);
}

test('a merge is all there or nothing of it, whichever statement was the last of its connection', async () => {
  const { statements, whole } = await undisturbed();
  expect([statements.at(0), statements.at(-1)]).toEqual(['begin', 'commit']);
  expect(statements.length).toBeGreaterThan(20);
  for (const [index, statement] of statements.entries()) {
    const one = await newCase();
    const before = await written();
    torn.arm(index + 1);
    await expect(send(one)).rejects.toThrow(/terminat/i);
    const isCommitted = statement === 'commit';
    const where = `after ${statement}`;
    if (isCommitted) expect([where, await view(one)]).toEqual([where, whole]);
    else expect([where, await written()]).toEqual([where, before]);
    await expectCompletedOnce(one, whole, isCommitted ? TAKEN_BEFORE : TAKEN, where);
  }
  expect(await graphFaults(database)).toEqual([]);
  // A connection that is lost is not tried again by us: only the sender knows what it wants.
  expect(torn.transactionCounts.retries).toEqual({ conflict: 0, deadlock: 0 });
}, 240_000);

/** Written by a merge, so that a lock on one of them stops it in the midst of a statement. */
const WRITTEN = [
  ...['activity_day', 'customer_value', 'evaluation', 'event', 'event_count', 'event_receipt'],
  'feedback',
  ...[
    'identifier',
    'identifier_trait',
    'identity_link',
    'identity_warning',
    'identity_warning_day',
  ],
  ...['ledger_transaction', 'lifecycle_state', 'lifecycle_transition', 'lot_consumption'],
  ...['loyalty_account', 'outbox_message', 'point_lot'],
  ...['profile', 'profile_merge', 'quarantined_event', 'referral', 'referral_code'],
];

/** Whom this transaction keeps waiting. */
async function waitingFor(tx: Tx): Promise<number> {
  for (;;) {
    const [waiting] = await tx.query<{ pid: number }>(
      // Not the server's own workers, who clean up when they like.
      `select pid from pg_stat_activity
       where backend_type = 'client backend' and pg_backend_pid() = any(pg_blocking_pids(pid))`,
    );
    if (waiting !== undefined) return waiting.pid;
  }
}

test('nothing is there of a merge whose connection was lost amid a statement', async () => {
  const { whole } = await undisturbed();
  for (const table of WRITTEN) {
    const one = await newCase();
    const before = await written();
    torn.arm();
    const end = await database.transaction(async (tx) => {
      // Reads go on; whoever writes waits.
      await tx.query(`lock table ${table} in share mode`);
      const sent = send(one).then(
        () => 'not stopped',
        (error: Error) => error.message,
      );
      const isWaiting = waitingFor(tx).then((pid) =>
        tx.query('select pg_terminate_backend($1)', [pid]),
      );
      await Promise.race([isWaiting, sent]);
      return sent;
    });
    // The second where it was just sending.
    expect([table, end]).toEqual([table, expect.stringMatching(/terminat|ECONNRESET/i)]);
    expect([table, await written()]).toEqual([table, before]);
    await expectCompletedOnce(one, whole, TAKEN, table);
  }
  expect(await graphFaults(database)).toEqual([]);
}, 240_000);
