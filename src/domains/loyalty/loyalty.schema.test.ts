import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { madeUpProfiles } from '../../../test/support/profiles';
import { type ProfileId, uuidSource } from '../../shared/ids';
import { defaultLoyaltyPolicy } from './loyalty.policy';
import { LoyaltyService } from './loyalty.service';

const { database } = useTestDatabase();
const clock = new TestClock('2026-06-01T12:00:00.000Z');
const loyalty = new LoyaltyService(
  database,
  defaultLoyaltyPolicy,
  uuidSource,
  clock,
  madeUpProfiles(),
);

const ann = uuidSource.next<ProfileId>();

beforeAll(async () => {
  const request = { profileId: ann, reason: 'Goodwill', note: null, actor: 'key:crm' };
  await loyalty.adjustPoints({ ...request, points: 10n, idempotencyKey: 'grant' });
  await loyalty.adjustPoints({ ...request, points: -4n, idempotencyKey: 'take' });
});

test.each(['ledger_transaction', 'lot_consumption', 'idempotency_key'])(
  '%s is append-only',
  async (table) => {
    const refused = { code: '23001', message: expect.stringContaining('append-only') };
    await expect(
      database.query(`update ${table} set profile_id = profile_id`),
    ).rejects.toMatchObject(refused);
    await expect(database.query(`delete from ${table}`)).rejects.toMatchObject(refused);
    await expect(database.query(`truncate ${table}`)).rejects.toMatchObject(refused);
  },
);

test('the entries of every transaction sum to zero, and those of a member to the balance', async () => {
  const entries = await database.query(
    `select account, points from ledger_entry where profile_id = $1 order by transaction_id, points`,
    [ann],
  );
  expect(entries).toEqual([
    { account: 'ADJUSTMENT', points: -10n },
    { account: 'MEMBER', points: 10n },
    { account: 'MEMBER', points: -4n },
    { account: 'ADJUSTMENT', points: 4n },
  ]);
});

test.each([
  ['from nowhere', 'ADJUSTMENT', 'null', `'MEMBER'`, 1],
  ['to nowhere', 'ADJUSTMENT', `'MEMBER'`, 'null', 1],
  ['within one account', 'ADJUSTMENT', `'MEMBER'`, `'MEMBER'`, 1],
  ['from an account that does not go with its kind', 'ACCRUAL', `'EXPIRY'`, `'MEMBER'`, 1],
  ['of an unknown kind', 'GIFT', `'ISSUANCE'`, `'MEMBER'`, 1],
  ['of no points', 'ADJUSTMENT', `'ADJUSTMENT'`, `'MEMBER'`, 0],
  ['of negative points', 'ADJUSTMENT', `'ADJUSTMENT'`, `'MEMBER'`, -1],
  ['to another profile, without its name', 'TRANSFER', `'MEMBER'`, `'TRANSFER'`, 1],
])('the database refuses a transaction %s', async (_, kind, from, to, points) => {
  const insert = database.query(
    `insert into ledger_transaction (
       profile_id, id, kind, from_account, to_account, points, reason, actor, occurred_at, posted_at
     ) values ($1, $2, $3, ${from}, ${to}, $4, 'x', 'x', now(), now())`,
    [ann, uuidSource.next(), kind, points],
  );
  await expect(insert).rejects.toMatchObject({ code: expect.stringMatching(/^23(502|514)$/) });
});

test.each([
  ['more left than earned', 'update point_lot set points_left = points_earned + 1'],
  ['less than nothing left', 'update point_lot set points_left = -1'],
  ['a negative balance', 'update loyalty_account set balance = -1'],
])('the database refuses %s', async (_, statement) => {
  await expect(database.query(statement)).rejects.toMatchObject({ code: '23514' });
});
