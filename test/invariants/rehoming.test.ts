import fc from 'fast-check';
import { createApp } from '../../src/app';
import { readConfig } from '../../src/config';
import { firstRows } from '../../src/platform/database/keyset';
import { createLogger } from '../../src/platform/telemetry/logger';
import { createSchemaDataSource } from '../../src/schema-files';
import { type ProfileId, uuidSource } from '../../src/shared/ids';
import { TestClock } from '../support/clock';
import { useTestDatabase } from '../support/database';

const testing = useTestDatabase();
const START = '2026-06-01T12:00:00.000Z';
const DAY_MS = 86_400_000;
const clock = new TestClock(START);
const { database } = testing;
const app = createApp({
  config: readConfig({ NODE_ENV: 'test', DATABASE_URL: testing.url }),
  database,
  logger: createLogger({ level: 'silent' }),
  clock,
  ids: uuidSource,
});

/** The two who are merged and parted, then two others whom they bring or who bring them. */
const people = [0, 1, 2, 3] as const;

type Step =
  | { readonly do: 'wait'; readonly days: number }
  | { readonly do: 'adjust'; readonly who: number; readonly points: number }
  | { readonly do: 'claim'; readonly who: number; readonly by: number; readonly of: number }
  | {
      readonly do: 'order' | 'refund' | 'feedback' | 'post' | 'sign-in' | 'consent';
      readonly who: number;
      readonly by: number;
      readonly daysAgo: number;
      readonly size: number;
    };

const who = fc.constantFrom(...people);
const by = fc.nat(1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('order', 'order', 'refund', 'feedback', 'post', 'sign-in', 'consent'),
      who,
      by,
      daysAgo: fc.oneof(fc.nat(3), fc.nat(450)),
      size: fc.integer({ min: 1, max: 300 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('claim' as const), who, by, of: who }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('adjust' as const),
      who,
      points: fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: -300, max: -1 })),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      days: fc.oneof(fc.nat(3), fc.nat(200)),
    }),
  },
);

interface Person {
  readonly profileId: ProfileId;
  readonly code: string;
  readonly identifiers: readonly { readonly namespace: string; readonly value: string }[];
}

async function newPerson(): Promise<Person> {
  const name = uuidSource.next<string>();
  const identifiers = [
    { namespace: 'user_id', value: name },
    { namespace: 'email', value: `${name}@mail.test` },
  ];
  const seen = { messageId: uuidSource.next<string>(), name: 'Viewed', identifiers };
  const { profileIds } = await app.events.ingest('shop', [
    { ...seen, occurredAt: new Date('2025-01-01'), traits: { name } },
  ]);
  const profileId = must(profileIds[0]);
  const created = await app.referrals.createCode({ profileId, wanted: null });
  if (created.outcome !== 'CODE') throw new Error('No code was made.');
  return { profileId, code: created.code.code, identifiers };
}

async function run(one: Step, all: readonly Person[]): Promise<void> {
  if (one.do === 'wait') {
    clock.advanceDays(one.days);
    return;
  }
  const person = must(all[one.who]);
  if (one.do === 'adjust') {
    await app.loyalty.adjustPoints({
      profileId: person.profileId,
      points: BigInt(one.points),
      reason: 'x',
      note: null,
      idempotencyKey: uuidSource.next(),
      actor: 'x',
    });
    return;
  }
  const properties = {
    order: ['Order Completed', { revenue: 'size' in one ? one.size : 0 }],
    refund: ['Order Refunded', { total: 'size' in one ? one.size : 0 }],
    feedback: ['Feedback Submitted', { kind: 'NPS', score: 'size' in one ? one.size % 11 : 0 }],
    post: ['Post Created', {}],
    'sign-in': ['Signed In', {}],
    consent: ['Consent Updated', { categoryPreferences: { ads: 'size' in one && one.size > 99 } }],
    claim: ['Referral Claimed', { code: must(all['of' in one ? one.of : 0]).code }],
  } as const;
  const [name, told] = properties[one.do];
  const daysAgo = 'daysAgo' in one ? one.daysAgo : 0;
  const { outcomes } = await app.events.ingest('shop', [
    {
      messageId: uuidSource.next(),
      name,
      occurredAt: new Date(clock.now().getTime() - daysAgo * DAY_MS),
      identifiers: [must(person.identifiers[one.by])],
      properties: told,
    },
  ]);
  expect(outcomes).toMatchObject([{ status: 'ACCEPTED' }]);
}

const decision = { actor: 'key:test', reason: 'A test' };

/** @returns what undoes it */
async function merge(one: ProfileId, other: ProfileId, isDryRun = false): Promise<string> {
  // They are two people by their user ids: an operator knows better.
  const outcome = await app.merges.merge({
    ...decision,
    profileIds: [one, other],
    isForced: true,
    isDryRun,
  });
  if (outcome.kind !== 'MERGED') throw new Error(`Not merged: ${outcome.kind}`);
  return outcome.mergeId;
}

async function unmerge(mergeId: string): Promise<void> {
  const outcome = await app.merges.unmerge({ ...decision, undoing: { mergeId }, isDryRun: false });
  if (outcome.kind !== 'PARTED') throw new Error(`Not parted: ${outcome.kind}`);
}

/** All that can be seen of a profile, save the ids of what is made anew. */
async function view(profileId: ProfileId) {
  const { reads } = app;
  const [lots = []] = await reads.loyalty.lotPages([{ profileId, page: firstRows(500) }]);
  const [history = []] = await reads.lifecycle.historyByPage([
    { profileId, model: 'five-stage', page: firstRows(500) },
  ]);
  const accounts = await reads.loyalty.accountByProfile([profileId]);
  const [account] = accounts.map(({ balance, lifetimePoints, tier, tierSince }) => ({
    balance,
    lifetimePoints,
    tier,
    tierSince,
  }));
  const select = (columns: string, table: string, key = 'profile_id') =>
    database.query(`select ${columns} from ${table} where ${key} = $1 order by 1, 2, 3`, [
      profileId,
    ]);
  return {
    profile: await reads.identity.profileById([profileId]),
    identifiers: await reads.identity.identifiersByProfile([profileId]),
    mergedFrom: await reads.identity.mergesByProfile([profileId]),
    // Evidence given back is as it was; what came of the merge stays on record beside it.
    links: await database.query(
      `select l.* from identifier i join identity_link l using (identifier_id)
       where i.profile_id = $1 order by 1, 2`,
      [profileId],
    ),
    counts: await select('identifier_counts, merges, merged_into', 'profile'),
    traits: await reads.identity.traitsByProfile([profileId]),
    consents: await reads.consents.consentsByProfile([profileId]),
    days: await select('day, identifier_id, a.*', 'activity_day a'),
    feedback: await reads.feedback.feedbackByPage([{ profileId, page: firstRows(500) }]),
    account: must(account),
    lots: lots.map(({ identifierId, pointsLeft, earnedAt, expiresAt }) => ({
      identifierId,
      pointsLeft,
      earnedAt,
      expiresAt,
    })),
    expiring: (await reads.loyalty.expiringPoints([{ profileId, days: 90 }])).map(
      ({ points }) => points,
    ),
    code: await reads.referrals.codeByProfile([profileId]),
    made: (await reads.referrals.madeByProfile([profileId])).map(({ invited, converted }) => [
      invited,
      converted,
    ]),
    received: await reads.referrals.receivedByProfile([profileId]),
    brought: await reads.referrals.referralsByPage([{ referrer: profileId, page: firstRows(500) }]),
    broughtBy: await select('claimed_at, id, status, r.*', 'referral r', 'referee_profile_id'),
    codes: await select('code, profile_id, c.*', 'referral_code c'),
    stage: await reads.lifecycle.stateByProfile([profileId]),
    history: history.map(({ id: _, ...rest }) => rest),
    value: await reads.value.valueByProfile([profileId]),
    next: await select('next_evaluation_at, 1, 1', 'evaluation'),
  };
}

function viewAll(all: readonly Person[]) {
  return Promise.all(all.map(({ profileId }) => view(profileId)));
}

/** Rows that are with another profile than the identifier they belong to. */
function strayed(): Promise<unknown[]> {
  const tables = [
    ['activity_day', 'profile_id', 'true'],
    ['feedback', 'profile_id', 'true'],
    ['point_lot', 'profile_id', 'points_left > 0'],
    ['referral_code', 'profile_id', 'true'],
    ['referral', 'referee_profile_id', 'true'],
  ];
  return database.query(
    tables
      .map(
        ([table, column, condition]) =>
          `select '${table}' as name from ${table} t join identifier i using (identifier_id)
           where t.${column} <> i.profile_id and ${condition}`,
      )
      .join(' union all '),
  );
}

test('a dry run changes nothing, and a merge that is undone leaves everybody as they were', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      clock.set(START);
      const all: Person[] = [];
      for (const _ of people) all.push(await newPerson());
      for (const one of steps) await run(one, all);
      const [into, from] = all.map(({ profileId }) => profileId) as [ProfileId, ProfileId];
      await database.transaction((tx) => app.activity.evaluate(tx, [into, from], clock.now()));
      const before = await viewAll(all);

      await merge(into, from, true);
      expect(await viewAll(all)).toEqual(before);

      const mergeId = await merge(into, from);
      expect(await strayed()).toEqual([]);
      expect((await app.reads.loyalty.accountByProfile([from]))[0]).toMatchObject({
        balance: 0n,
        lifetimePoints: 0n,
      });

      await unmerge(mergeId);
      expect(await strayed()).toEqual([]);
      expect(await viewAll(all)).toEqual(before);
    }),
    { numRuns: 40 },
  );
}, 240_000);

/** The first of the migrations that give facts the identifier they belong to. */
const FIRST_TO_BELONG = 'AddFeedbackIdentifier1795421400000';

test('facts from before they belonged to identifiers are given to those that told them', async () => {
  clock.set(START);
  const [ann, ben, cem] = [await newPerson(), await newPerson(), await newPerson()];
  const all = [ann, ben, cem];
  const sized = { by: 0, daysAgo: 0, size: 50 };
  const history: readonly Step[] = [
    { do: 'claim', who: 1, by: 0, of: 0 },
    { do: 'order', who: 1, ...sized },
    { do: 'feedback', who: 1, ...sized },
    { do: 'adjust', who: 2, points: 7 },
    { do: 'sign-in', who: 2, ...sized },
  ];
  for (const one of history) await run(one, all);
  await merge(ben.profileId, cem.profileId);
  const facts = () =>
    database.query<{ points: bigint; isOwn: boolean }>(
      `select 'feedback' as name, id, identifier_id, null::bigint as points, true as "isOwn"
       from feedback
       union all
       select 'referral', id, identifier_id, null, true from referral
       union all
       select 'lot', l.id, l.identifier_id, l.points_earned,
         coalesce(t.reason not in ('REFERRER_REWARD', 'x'), true)
       from point_lot l left join ledger_transaction t
         on t.profile_id = l.profile_id and t.id = l.transaction_id and t.kind <> 'TRANSFER'
       order by 1, 2`,
    );
  // Whose an adjustment of an absorbed profile was is not on record any more.
  const known = (rows: readonly { points: bigint; isOwn: boolean }[]) =>
    rows.filter(({ points, isOwn }) => isOwn && points !== 7n);
  const before = known(await facts());
  expect(before.length).toBeGreaterThan(5);

  const migrating = await createSchemaDataSource({
    url: testing.url,
    poolSizeMax: 1,
    statementTimeoutMs: 20_000,
  }).initialize();
  try {
    const done = migrating.migrations.map((one) => one.constructor.name).sort(byTimestamp);
    const count = done.length - done.indexOf(FIRST_TO_BELONG);
    for (let undone = 0; undone < count; undone += 1) await migrating.undoLastMigration();
    expect(await migrating.runMigrations()).toHaveLength(count);
  } finally {
    await migrating.destroy();
  }
  expect(known(await facts())).toEqual(before);
  expect(await strayed()).toEqual([]);
  const [sums] = await database.query(
    `select sum(points_earned) = (select sum(lifetime_points) from loyalty_account) as agree
     from point_lot where origin_lot_id is null`,
  );
  expect(sums).toEqual({ agree: true });
});

function byTimestamp(left: string, right: string): number {
  return Number(left.slice(-13)) - Number(right.slice(-13));
}

function must<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('The test lost something.');
  return value;
}
