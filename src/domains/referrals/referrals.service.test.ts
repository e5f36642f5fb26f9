import { randomBytes } from 'node:crypto';
import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { createPipeline } from '../../../test/support/pipeline';
import { Database } from '../../platform/database/database';
import { firstRows } from '../../platform/database/keyset';
import { TransactionConflict } from '../../platform/database/transaction';
import { dayOf } from '../../shared/days';
import { type ProfileId, uuidSource } from '../../shared/ids';
import { SumsOfSignals } from '../activity';
import type { EventIngest, IncomingEvent } from '../events';
import { defaultLoyaltyPolicy, LoyaltyReads, LoyaltyRehoming, LoyaltyService } from '../loyalty';
import type { RandomBytes } from './referrals.codes';
import { defaultReferralPolicy } from './referrals.policy';
import { ReferralProjector } from './referrals.projection';
import { ReferralReads } from './referrals.reads';
import { referralsRehoming } from './referrals.rehoming';
import { type ClaimOutcome, ReferralService } from './referrals.service';
import type { MadeReferral } from './referrals.store';

const { database } = useTestDatabase();
const clock = new TestClock('2026-06-15T12:00:00Z');
const directory = createPipeline(database, { clock }).directory;
const ledger = new LoyaltyService(database, defaultLoyaltyPolicy, uuidSource, clock, directory);
const balances = new LoyaltyReads(database, defaultLoyaltyPolicy, clock);
const { events } = pipelineOn(database);
const reads = new ReferralReads(database);
const service = serviceWith(randomBytes);

function serviceWith(random: RandomBytes): ReferralService {
  return new ReferralService(database, clock, uuidSource, random, directory, events);
}

function pipelineOn(base: Database) {
  return createPipeline(base, {
    clock,
    projectors: [new ReferralProjector(directory, ledger, defaultReferralPolicy)],
    rehomings: [new LoyaltyRehoming(defaultLoyaltyPolicy, uuidSource), referralsRehoming],
  });
}

interface Person {
  readonly user: string;
  readonly profileId: ProfileId;
}

let serial = 0;

beforeEach(() => clock.set('2026-06-15T12:00:00Z'));

function event(user: string, changes: Partial<IncomingEvent> = {}): IncomingEvent {
  serial += 1;
  const namespace = user.includes('@') ? 'email' : 'user_id';
  const identifiers = [{ namespace, value: user }];
  return { messageId: `m-${serial}`, name: 'Viewed', identifiers, ...changes };
}

async function send(...batch: IncomingEvent[]): Promise<void> {
  const { outcomes } = await events.ingest('shop', batch);
  expect(outcomes.map((outcome) => outcome.status)).toEqual(batch.map(() => 'ACCEPTED'));
}

/** Somebody who was seen once, long ago. */
async function person(user = `person-${++serial}`): Promise<Person> {
  const seen = event(user, { occurredAt: new Date('2026-01-01T00:00:00Z') });
  const { profileIds } = await events.ingest('shop', [seen]);
  return { user, profileId: profileIds[0] as ProfileId };
}

function order({ user }: Person, at: string, revenue = 10): IncomingEvent {
  const occurredAt = new Date(at);
  return event(user, { name: 'Order Completed', occurredAt, properties: { revenue } });
}

function claimEvent({ user }: Person, code: string, at: string): IncomingEvent {
  const occurredAt = new Date(at);
  return event(user, { name: 'Referral Claimed', occurredAt, properties: { code } });
}

async function codeOf({ profileId }: Person, wanted: string | null = null): Promise<string> {
  const outcome = await service.createCode({ profileId, wanted });
  if (outcome.outcome !== 'CODE') throw new Error(`No code: ${outcome.outcome}`);
  return outcome.code.code;
}

/** A code from before the claims that events carry. */
async function oldCodeOf({ profileId }: Person): Promise<string> {
  const createdAt = new Date('2026-06-01T00:00:00Z');
  const outcome = await service.createCode({ profileId, wanted: null, createdAt });
  if (outcome.outcome !== 'CODE') throw new Error(`No code: ${outcome.outcome}`);
  return outcome.code.code;
}

function claim(code: string, { profileId }: Person): Promise<ClaimOutcome> {
  return service.claim({ code, refereeId: profileId }, 'key:test');
}

async function summaryOf({ profileId }: Person) {
  const [[code = null], [made], [referredByCode = null]] = await Promise.all([
    reads.codeByProfile([profileId]),
    reads.madeByProfile([profileId]),
    reads.receivedByProfile([profileId]),
  ]);
  if (made === undefined) throw new Error('The counts left out a profile asked for.');
  return { profileId, code, invited: made.invited, converted: made.converted, referredByCode };
}

async function madeBy({ profileId }: Person): Promise<readonly MadeReferral[]> {
  const [made = []] = await reads.referralsByPage([{ referrer: profileId, page: firstRows(50) }]);
  return made;
}

async function balanceOf({ profileId }: Person): Promise<bigint> {
  const [account] = await balances.accountByProfile([profileId]);
  return account?.balance ?? 0n;
}

/** The conversions on the profile's days: in all, and on the day asked for. */
async function conversionsOf({ profileId }: Person, at: string) {
  const day = dayOf(new Date(at));
  const sums = new SumsOfSignals(['referralsConverted']);
  const onDay = await sums.ofSpan(database, [profileId], { first: day, last: day });
  const total = await sums.ofAllDays(database, [profileId]);
  return {
    onDay: onDay.get(profileId)?.referralsConverted,
    total: total.get(profileId)?.sums.referralsConverted,
  };
}

/** Resolves when a transaction of this database waits for a lock. */
async function somebodyWaits(): Promise<void> {
  const waiting = `select from pg_locks where not granted
    and database = (select oid from pg_database where datname = current_database())`;
  for (let tries = 1; tries <= 2_000; tries += 1) {
    if ((await database.query(waiting)).length > 0) return;
  }
}

function permutationsOf<Item>(items: readonly Item[]): Item[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((first) =>
    permutationsOf(items.filter((item) => item !== first)).map((rest) => [first, ...rest]),
  );
}

async function merge(left: Person, right: Person): Promise<{ survivor: Person; absorbed: Person }> {
  const identifiers = [event(left.user), event(right.user)].flatMap((one) => one.identifiers);
  const { profileIds } = await events.ingest('shop', [event(left.user, { identifiers })]);
  return profileIds[0] === left.profileId
    ? { survivor: left, absorbed: right }
    : { survivor: right, absorbed: left };
}

describe('createCode', () => {
  test('makes a code once and gives it again', async () => {
    const ann = await person();
    expect((await summaryOf(ann)).code).toBeNull();
    const code = await codeOf(ann);
    expect(code).toMatch(/^[2-9A-Z]{8}$/);
    expect(await codeOf(ann)).toBe(code);
    expect((await summaryOf(ann)).code).toBe(code);
  });

  test('asked many times at once it makes one', async () => {
    const ann = await person();
    const codes = await Promise.all([1, 2, 3, 4, 5].map(() => codeOf(ann)));
    expect(new Set(codes).size).toBe(1);
  });

  test('tries another where the generated one is taken', async () => {
    const [ann, bob] = [await person(), await person()];
    await codeOf(ann, '22222222');
    const bytes = [new Uint8Array(8), new Uint8Array(8).fill(1)];
    const outcome = await serviceWith(() => bytes.shift() ?? new Uint8Array(8)).createCode({
      profileId: bob.profileId,
      wanted: null,
    });
    expect(outcome).toMatchObject({ outcome: 'CODE', code: { code: '33333333' } });
  });

  test('a code of choice becomes the one shown; the one before still works', async () => {
    const [ann, bob] = [await person(), await person()];
    const first = await codeOf(ann);
    clock.set('2026-06-15T12:00:01Z');
    expect(await codeOf(ann, 'ann-rocks')).toBe('ANNROCKS');
    expect(await codeOf(ann)).toBe('ANNROCKS');
    expect((await summaryOf(ann)).code).toBe('ANNROCKS');
    expect(await codeOf(ann, 'AnnRocks')).toBe('ANNROCKS');
    expect(await claim(first, bob)).toMatchObject({ outcome: 'CLAIMED' });
  });

  test('of two who want one code at once one gets it', async () => {
    const [ann, bob] = [await person(), await person()];
    const outcomes = await Promise.all(
      [ann, bob].map(({ profileId }) => service.createCode({ profileId, wanted: 'SUMMER' })),
    );
    expect(outcomes.map((one) => one.outcome).sort()).toEqual(['CODE', 'CODE_TAKEN']);
  });

  test.each(['abc', 'x'.repeat(25), 'späti', 'A B C', ''])('refuses %j', async (wanted) => {
    const { profileId } = await person();
    expect(await service.createCode({ profileId, wanted })).toEqual({ outcome: 'INVALID_CODE' });
  });

  test('nobody is not found', async () => {
    const asked = { profileId: uuidSource.next<ProfileId>(), wanted: null };
    expect(await service.createCode(asked)).toEqual({ outcome: 'PROFILE_NOT_FOUND' });
  });
});

describe('claim', () => {
  test('records who was brought by whom', async () => {
    const [ann, bob] = [await person(), await person()];
    const code = await codeOf(ann);
    const typed = `${code.slice(0, 4)}-${code.slice(4)}`.toLowerCase();
    expect(await claim(typed, bob)).toEqual({
      outcome: 'CLAIMED',
      referral: {
        id: expect.any(String),
        identifierId: expect.any(String),
        referrer: ann.profileId,
        referee: bob.profileId,
        code,
        status: 'CLAIMED',
        claimedAt: clock.now(),
        convertedAt: null,
      },
    });
    expect(await summaryOf(ann)).toMatchObject({ invited: 1, converted: 0, referredByCode: null });
    expect(await summaryOf(bob)).toMatchObject({ invited: 0, referredByCode: code });
    const rows = await database.query(
      `select source from event where name = 'Referral Claimed' and properties ->> 'code' = $1`,
      [code],
    );
    expect(rows).toEqual([{ source: 'key:test' }]);
  });

  test('refuses what does not stand, and records nothing', async () => {
    const [ann, bob, cem, dee] = [await person(), await person(), await person(), await person()];
    const [annCode, bobCode, cemCode] = [await codeOf(ann), await codeOf(bob), await codeOf(cem)];
    await claim(annCode, bob);
    await claim(bobCode, cem);
    await send(order(dee, '2026-06-01T00:00:00Z'));
    const before = await database.query('select from event');

    expect(await claim('NOBODYS', dee)).toEqual({ outcome: 'CODE_NOT_FOUND' });
    expect(await claim('?', dee)).toEqual({ outcome: 'CODE_NOT_FOUND' });
    expect(await claim(annCode, ann)).toEqual({ outcome: 'SELF_REFERRAL' });
    expect(await claim(cemCode, bob)).toMatchObject({
      outcome: 'ALREADY_REFERRED',
      earlier: { code: annCode, referrer: ann.profileId },
    });
    expect(await claim(annCode, bob)).toMatchObject({ outcome: 'ALREADY_REFERRED' });
    expect(await claim(bobCode, ann)).toEqual({ outcome: 'REFERRAL_CYCLE' });
    expect(await claim(cemCode, ann)).toEqual({ outcome: 'REFERRAL_CYCLE' });
    expect(await claim(annCode, dee)).toEqual({ outcome: 'NOT_A_NEW_CUSTOMER' });
    const nobody = { user: 'nobody', profileId: uuidSource.next<ProfileId>() };
    expect(await claim(annCode, nobody)).toEqual({ outcome: 'PROFILE_NOT_FOUND' });

    expect(await database.query('select from event')).toHaveLength(before.length);
  });

  test('an order of today makes a customer, too', async () => {
    const [ann, bob] = [await person(), await person()];
    await send(order(bob, '2026-06-15T11:59:59Z'));
    expect(await claim(await codeOf(ann), bob)).toEqual({ outcome: 'NOT_A_NEW_CUSTOMER' });
  });

  test('of many claims of one customer at once one stands', async () => {
    const bob = await person();
    const owners = [await person(), await person(), await person(), await person()];
    const codes = await Promise.all(owners.map((owner) => codeOf(owner)));
    const outcomes = await Promise.all(codes.map((code) => claim(code, bob)));
    expect(outcomes.map((one) => one.outcome).sort()).toEqual([
      'ALREADY_REFERRED',
      'ALREADY_REFERRED',
      'ALREADY_REFERRED',
      'CLAIMED',
    ]);
    const summaries = await Promise.all(owners.map(summaryOf));
    expect(summaries.reduce((sum, one) => sum + one.invited, 0)).toBe(1);
  });

  test('of two who claim each other’s code at once one is brought', async () => {
    for (let round = 0; round < 5; round += 1) {
      const [ann, bob] = [await person(), await person()];
      const [annCode, bobCode] = [await codeOf(ann), await codeOf(bob)];
      const outcomes = await Promise.all([claim(annCode, bob), claim(bobCode, ann)]);
      expect(outcomes.map((one) => one.outcome).sort()).toEqual(['CLAIMED', 'REFERRAL_CYCLE']);
    }
  });
});

describe('conversion', () => {
  test('the first order converts and rewards both sides, once', async () => {
    const [ann, bob] = [await person(), await person()];
    await claim(await codeOf(ann), bob);
    clock.set('2026-06-20T12:00:00Z');
    await send(order(bob, '2026-06-20T09:00:00Z'));
    await send(order(bob, '2026-06-20T10:00:00Z'), order(bob, '2026-06-20T11:00:00Z'));
    expect(await madeBy(ann)).toMatchObject([
      { status: 'CONVERTED', convertedAt: new Date('2026-06-20T09:00:00Z') },
    ]);
    expect(await summaryOf(ann)).toMatchObject({ invited: 1, converted: 1 });
    expect([await balanceOf(ann), await balanceOf(bob)]).toEqual([500n, 200n]);
    expect(await conversionsOf(ann, '2026-06-20')).toEqual({ onDay: 1, total: 1 });
  });

  test('an order that fails takes the rewards with it', async () => {
    const [ann, bob] = [await person(), await person()];
    await claim(await codeOf(ann), bob);
    const failing = database.transaction(async (tx) => {
      await events.ingestIn(tx, 'shop', [order(bob, '2026-06-15T12:30:00Z')], clock.now());
      throw new Error('the caller gave up');
    });
    await expect(failing).rejects.toThrow('the caller gave up');
    expect(await madeBy(ann)).toMatchObject([{ status: 'CLAIMED' }]);
    expect(await balanceOf(ann)).toBe(0n);
  });

  test('many first orders of one referrer’s customers at once all count', async () => {
    const ann = await person();
    const code = await codeOf(ann);
    const brought = await Promise.all([1, 2, 3, 4, 5].map(() => person()));
    for (const one of brought) await claim(code, one);
    await Promise.all(brought.map((one) => send(order(one, '2026-06-15T12:30:00Z'))));
    expect(await summaryOf(ann)).toMatchObject({ invited: 5, converted: 5 });
    expect(await balanceOf(ann)).toBe(2500n);
    expect(await conversionsOf(ann, '2026-06-15')).toEqual({ onDay: 5, total: 5 });
  });

  test('a ring of customers who order at once gets through', async () => {
    const [ann, bob, cem] = [await person(), await person(), await person()];
    await claim(await codeOf(ann), bob);
    await claim(await codeOf(bob), cem);
    await Promise.all([
      send(order(cem, '2026-06-15T12:30:00Z'), event(ann.user)),
      send(order(bob, '2026-06-15T12:30:00Z'), event(ann.user)),
      send(event(bob.user), event(cem.user)),
    ]);
    expect((await summaryOf(ann)).converted).toBe(1);
    expect((await summaryOf(bob)).converted).toBe(1);
  });
});

/**
 * The same facts, sent in every order and in one batch or several, must come to the same. The
 * claim is of 10 June 12:00.
 */
describe('claims and orders by event', () => {
  const CLAIM = '2026-06-10T12:00:00Z';

  interface Result {
    readonly invited: number;
    readonly converted: number;
    readonly convertedOn: string | null;
    readonly points: readonly [bigint, bigint];
  }
  const pending: Result = { invited: 1, converted: 0, convertedOn: null, points: [0n, 0n] };
  const refused: Result = { ...pending, invited: 0 };
  const convertedOn = (day: string): Result => ({
    invited: 1,
    converted: 1,
    convertedOn: day,
    points: [500n, 200n],
  });

  const scenarios: [string, readonly string[], Result][] = [
    ['no order', [], pending],
    ['one after the claim', ['2026-06-12T08:00:00Z'], convertedOn('2026-06-12')],
    [
      'two after the claim',
      ['2026-06-12T08:00:00Z', '2026-06-11T08:00:00Z'],
      convertedOn('2026-06-11'),
    ],
    ['one on the day of the claim', ['2026-06-10T13:00:00Z'], convertedOn('2026-06-10')],
    ['one just before the claim', ['2026-06-10T11:59:00Z'], convertedOn('2026-06-10')],
    ['one on the day before', ['2026-06-09T23:59:59Z'], refused],
  ];
  const sequences: [string, (facts: IncomingEvent[]) => IncomingEvent[][]][] = [
    ['claim first', (facts) => facts.map((fact) => [fact])],
    ['claim last', (facts) => [...facts].reverse().map((fact) => [fact])],
    ['in one batch', (facts) => [facts]],
    ['in one batch, claim last', (facts) => [[...facts].reverse()]],
  ];

  test.each(
    scenarios.flatMap(([scenario, orders, expected]) =>
      sequences.map(([sequence, toBatches]) => ({
        scenario,
        sequence,
        orders,
        expected,
        toBatches,
      })),
    ),
  )('$scenario, $sequence', async ({ orders, expected, toBatches }) => {
    const [ann, bob] = [await person(), await person()];
    const code = await oldCodeOf(ann);
    const facts = [claimEvent(bob, code, CLAIM), ...orders.map((at) => order(bob, at))];
    for (const batch of toBatches(facts)) await send(...batch);

    const { invited, converted } = await summaryOf(ann);
    const [made] = (await madeBy(ann)).filter((one) => one.status !== 'VOID');
    expect({
      invited,
      converted,
      convertedOn: made?.convertedAt?.toISOString().slice(0, 10) ?? null,
      points: [await balanceOf(ann), await balanceOf(bob)],
    }).toEqual(expected);
    const day = expected.convertedOn ?? '2026-06-10';
    const count = expected.converted;
    expect(await conversionsOf(ann, day)).toEqual({ onDay: count, total: count });
  });

  test('what was rewarded stays when an order from before the claim turns up', async () => {
    const [ann, bob] = [await person(), await person()];
    await send(claimEvent(bob, await oldCodeOf(ann), CLAIM), order(bob, '2026-06-12T08:00:00Z'));
    await send(order(bob, '2026-06-01T08:00:00Z'));
    expect(await summaryOf(ann)).toMatchObject({ invited: 1, converted: 1 });
    expect(await balanceOf(ann)).toBe(500n);
  });

  test('an order for nothing is none: neither does it convert nor stand in the way', async () => {
    const [ann, bob] = [await person(), await person()];
    await send(order(bob, '2026-06-09T08:00:00Z', 0));
    await send(claimEvent(bob, await oldCodeOf(ann), CLAIM));
    await send(order(bob, '2026-06-11T08:00:00Z', 0));
    expect(await madeBy(ann)).toMatchObject([{ status: 'CLAIMED' }]);
    expect(await balanceOf(ann)).toBe(0n);
    await send(order(bob, '2026-06-12T08:00:00Z', 0.01));
    expect(await madeBy(ann)).toMatchObject([
      { status: 'CONVERTED', convertedAt: new Date('2026-06-12T08:00:00Z') },
    ]);
  });

  test('nobody claims a code before there is one', async () => {
    const [ann, bob, cem] = [await person(), await person(), await person()];
    const code = await codeOf(ann);
    await send(claimEvent(bob, code, '2026-06-15T11:59:59.999Z'));
    expect(await madeBy(ann)).toEqual([]);
    await send(claimEvent(bob, code, '2026-06-15T12:00:00Z'));
    expect(await madeBy(ann)).toHaveLength(1);
    clock.set('2026-06-15T11:59:59.999Z');
    expect(await claim(code, cem)).toEqual({ outcome: 'CODE_NOT_FOUND' });
  });

  test('a batch without claims and orders has no companions to look for', async () => {
    const projector = new ReferralProjector(directory, ledger, defaultReferralPolicy);
    const { user } = await person();
    const identifiers = [{ namespace: 'user_id', value: user }];
    const seen = { name: 'Viewed', properties: { code: 'ANN2' }, signals: {}, identifiers };
    await database.transaction(async (tx) => {
      const query = jest.spyOn(tx, 'query');
      const holdersOf = jest.fn();
      expect(await projector.companions(tx, [seen], holdersOf, false)).toEqual([]);
      expect(query).not.toHaveBeenCalled();
      expect(holdersOf).not.toHaveBeenCalled();
    });
  });

  test('orders and claims that touch each other’s people never meet in a deadlock', async () => {
    const retried: number[] = [];
    const counting = new Database(database.dataSource, async (attempt) => retried.push(attempt));
    const crossing = pipelineOn(counting).events;
    for (let round = 0; round < 10; round += 1) {
      const [ann, bob, cem] = [await person(), await person(), await person()];
      const [annCode, bobCode] = [await oldCodeOf(ann), await oldCodeOf(bob)];
      await send(claimEvent(bob, annCode, CLAIM), claimEvent(cem, bobCode, CLAIM));
      // The first holds bob and rewards ann; the second holds ann and rewards bob.
      await Promise.all([
        crossing.ingest('shop', [order(bob, '2026-06-12T08:00:00Z')]),
        crossing.ingest('shop', [event(ann.user), order(cem, '2026-06-12T08:00:00Z')]),
        crossing.ingest('shop', [claimEvent(await person(), bobCode, CLAIM), event(ann.user)]),
        crossing.ingest('shop', [claimEvent(await person(), annCode, CLAIM), event(bob.user)]),
      ]);
      expect((await summaryOf(ann)).converted).toBe(1);
      expect((await summaryOf(bob)).converted).toBe(1);
    }
    expect(retried).toEqual([]);
  });

  test('two claims at once that close a circle together do not both stand', async () => {
    const [ann, bob, cem, dee] = [await person(), await person(), await person(), await person()];
    const [annCode, bobCode] = [await oldCodeOf(ann), await oldCodeOf(bob)];
    const [cemCode, deeCode] = [await oldCodeOf(cem), await oldCodeOf(dee)];
    await send(claimEvent(bob, annCode, CLAIM), claimEvent(dee, cemCode, CLAIM));
    let second: Promise<ClaimOutcome> | undefined;
    await database.transaction(async (tx) => {
      await events.ingestIn(tx, 'shop', [claimEvent(cem, bobCode, CLAIM)], clock.now());
      second = claim(deeCode, ann);
      await Promise.race([second, somebodyWaits()]);
    });
    expect(await second).toEqual({ outcome: 'REFERRAL_CYCLE' });
    expect(await madeBy(dee)).toEqual([]);
  });

  test('a claim that left no referral, against what was decided, starts over', async () => {
    const [ann, bob] = [await person(), await person()];
    const code = await codeOf(ann);
    const retried: number[] = [];
    const counting = new Database(database.dataSource, async (attempt) => retried.push(attempt));
    const lost: EventIngest = {
      ingestIn: async () => ({
        outcomes: [
          {
            status: 'ACCEPTED',
            eventId: uuidSource.next(),
            profileId: bob.profileId,
            demotions: [],
          },
        ],
        profileIds: [bob.profileId],
      }),
    };
    const losing = new ReferralService(counting, clock, uuidSource, randomBytes, directory, lost);
    await expect(
      losing.claim({ code, refereeId: bob.profileId }, 'key:test'),
    ).rejects.toBeInstanceOf(TransactionConflict);
    expect(retried).toHaveLength(9);
  });

  test('a claim that does not stand is activity and nothing more', async () => {
    const [ann, bob] = [await person(), await person()];
    const code = await oldCodeOf(ann);
    await send(
      claimEvent(ann, code, CLAIM),
      claimEvent(bob, 'UNKNOWN', CLAIM),
      claimEvent(bob, '', CLAIM),
      event(bob.user, { name: 'Referral Claimed', properties: { code: 7 } }),
    );
    expect(await summaryOf(ann)).toMatchObject({ invited: 0, referredByCode: null });
    expect(await summaryOf(bob)).toMatchObject({ referredByCode: null });
  });

  test('in a batch the earliest claim stands, wherever it is in it', async () => {
    const [ann, bob, cem] = [await person(), await person(), await person()];
    const [annCode, cemCode] = [await oldCodeOf(ann), await oldCodeOf(cem)];
    await send(
      claimEvent(bob, annCode, '2026-06-10T12:00:00Z'),
      claimEvent(bob, cemCode, '2026-06-10T11:00:00Z'),
    );
    expect((await summaryOf(bob)).referredByCode).toBe(cemCode);
  });

  test('in a batch nobody brings whoever brought them', async () => {
    const [ann, bob, cem] = [await person(), await person(), await person()];
    await send(
      claimEvent(bob, await oldCodeOf(ann), '2026-06-10T10:00:00Z'),
      claimEvent(cem, await oldCodeOf(bob), '2026-06-10T11:00:00Z'),
      claimEvent(ann, await oldCodeOf(cem), '2026-06-10T12:00:00Z'),
    );
    expect((await summaryOf(bob)).referredByCode).not.toBeNull();
    expect((await summaryOf(cem)).referredByCode).not.toBeNull();
    expect((await summaryOf(ann)).referredByCode).toBeNull();
  });

  test('a batch in which the referrer claims the referee’s code waits for the first', async () => {
    const [ann, bob] = [await person(), await person()];
    const [annCode, bobCode] = [await oldCodeOf(ann), await oldCodeOf(bob)];
    let second: Promise<void> = Promise.resolve();
    await database.transaction(async (tx) => {
      await events.ingestIn(tx, 'shop', [claimEvent(bob, annCode, CLAIM)], clock.now());
      second = send(claimEvent(ann, bobCode, CLAIM));
      await Promise.race([second, somebodyWaits()]);
    });
    await second;
    expect(await madeBy(ann)).toHaveLength(1);
    expect(await madeBy(bob)).toEqual([]);
  });

  test('two batches at once in which two claim each other’s code make one referral', async () => {
    const [ann, bob] = [await person(), await person()];
    const [annCode, bobCode] = [await oldCodeOf(ann), await oldCodeOf(bob)];
    await Promise.all([
      send(claimEvent(bob, annCode, CLAIM)),
      send(claimEvent(ann, bobCode, CLAIM)),
    ]);
    expect([...(await madeBy(ann)), ...(await madeBy(bob))]).toHaveLength(1);
  });
});

describe('a merge', () => {
  test('brings codes and referrals to the survivor', async () => {
    const [ann, mail] = [await person(), await person(`ann-${++serial}@mail.test`)];
    const [bob, cem, dee] = [await person(), await person(), await person()];
    const [annCode, mailCode] = [await codeOf(ann), await codeOf(mail)];
    await claim(annCode, bob);
    await claim(mailCode, cem);
    const { survivor, absorbed } = await merge(ann, mail);
    expect(await summaryOf(survivor)).toMatchObject({ invited: 2 });
    expect(await summaryOf(absorbed)).toMatchObject({ code: null, invited: 0 });
    for (const code of [annCode, mailCode])
      expect(await claim(code, survivor)).toEqual({ outcome: 'SELF_REFERRAL' });
    await claim(mailCode, dee);
    await send(order(cem, '2026-06-15T12:30:00Z'), order(bob, '2026-06-15T12:30:00Z'));
    expect(await summaryOf(survivor)).toMatchObject({ invited: 3, converted: 2 });
    expect(await balanceOf(survivor)).toBe(1000n);
    expect(await conversionsOf(survivor, '2026-06-15')).toEqual({ onDay: 2, total: 2 });
  });

  test('of referrer and referee voids the referral; the points stay', async () => {
    const [ann, mail] = [await person(), await person(`self-${++serial}@mail.test`)];
    await claim(await codeOf(ann), mail);
    await send(order(mail, '2026-06-15T12:30:00Z'));
    const { survivor } = await merge(ann, mail);
    expect(await madeBy(survivor)).toMatchObject([{ status: 'VOID' }]);
    expect(await summaryOf(survivor)).toMatchObject({
      invited: 0,
      converted: 0,
      referredByCode: null,
    });
    expect(await balanceOf(survivor)).toBe(700n);
  });

  test('of two who were both brought keeps the earlier claim', async () => {
    const [ann, cem] = [await person(), await person()];
    const [bob, mail] = [await person(), await person(`twice-${++serial}@mail.test`)];
    const [annCode, cemCode] = [await codeOf(ann), await codeOf(cem)];
    await claim(annCode, bob);
    clock.set('2026-06-15T12:00:01Z');
    await claim(cemCode, mail);
    const { survivor } = await merge(bob, mail);
    expect((await summaryOf(survivor)).referredByCode).toBe(annCode);
    expect(await summaryOf(ann)).toMatchObject({ invited: 1 });
    expect(await summaryOf(cem)).toMatchObject({ invited: 0 });
    expect(await madeBy(cem)).toMatchObject([{ status: 'VOID' }]);
  });

  test('of two who were both brought keeps the one that converted', async () => {
    const [ann, cem] = [await person(), await person()];
    const [bob, mail] = [await person(), await person(`paid-${++serial}@mail.test`)];
    const cemCode = await codeOf(cem);
    await claim(await codeOf(ann), bob);
    clock.set('2026-06-15T12:00:01Z');
    await claim(cemCode, mail);
    await send(order(mail, '2026-06-15T12:30:00Z'));
    const { survivor } = await merge(bob, mail);
    expect((await summaryOf(survivor)).referredByCode).toBe(cemCode);
    expect(await summaryOf(ann)).toMatchObject({ invited: 0 });
  });

  test('that would close a circle voids what the survivor was brought by', async () => {
    const [ann, bob] = [await person(), await person()];
    const mail = await person(`circle-${++serial}@mail.test`);
    await claim(await codeOf(ann), bob);
    await claim(await codeOf(bob), mail);
    const { survivor } = await merge(ann, mail);
    expect(await summaryOf(survivor)).toMatchObject({ invited: 1, referredByCode: null });
    expect(await madeBy(bob)).toMatchObject([{ status: 'VOID' }]);
  });

  test('with a customer of before the claim leaves nothing to convert', async () => {
    const [ann, bob] = [await person(), await person()];
    const mail = await person(`before-${++serial}@mail.test`);
    await send(order(mail, '2026-05-01T00:00:00Z'));
    await claim(await codeOf(ann), bob);
    const { survivor } = await merge(bob, mail);
    await send(order(survivor, '2026-06-15T12:30:00Z'));
    expect(await summaryOf(ann)).toMatchObject({ invited: 0, converted: 0 });
    expect(await balanceOf(ann)).toBe(0n);
  });

  test('does not let a person be rewarded as the one brought again, by either door', async () => {
    const [ann, bob] = [await person(), await person()];
    const mail = await person(`farm-${++serial}@mail.test`);
    const [annCode, bobCode] = [await codeOf(ann), await codeOf(bob)];
    await claim(annCode, mail);
    await send(order(mail, '2026-06-15T12:30:00Z'));
    const { survivor } = await merge(ann, mail);
    expect(await claim(bobCode, survivor)).toMatchObject({
      outcome: 'ALREADY_REFERRED',
      earlier: { code: annCode, status: 'VOID' },
    });
    await send(claimEvent(survivor, bobCode, '2026-06-15T12:40:00Z'));
    await send(order(survivor, '2026-06-15T12:50:00Z'));
    expect(await madeBy(bob)).toEqual([]);
    expect([await balanceOf(survivor), await balanceOf(bob)]).toEqual([700n, 0n]);
  });

  test('with a pending referral does not reward again who was rewarded once', async () => {
    const [ann, bob] = [await person(), await person()];
    const mail = await person(`again-${++serial}@mail.test`);
    const fresh = await person(`fresh-${++serial}@mail.test`);
    await claim(await codeOf(ann), mail);
    await send(order(mail, '2026-06-15T12:30:00Z'));
    await claim(await codeOf(bob), fresh);
    const { survivor } = await merge((await merge(ann, mail)).survivor, fresh);
    await send(order(survivor, '2026-06-15T12:50:00Z'));
    expect(await madeBy(bob)).toMatchObject([{ status: 'VOID' }]);
    expect(await balanceOf(bob)).toBe(0n);
  });

  /** By e-mail the claim, by device the first order: only the merge shows them to be one person's. */
  describe('that brings the order', () => {
    const facts = ['claim', 'order', 'later order', 'merge'] as const;

    const sequences = [
      ...permutationsOf(facts.filter((fact) => fact !== 'later order')),
      ...permutationsOf(facts),
    ];
    test.each(sequences.map((sequence) => ({ sequence, name: sequence.join(', ') })))(
      '$name',
      async ({ sequence }) => {
        const [ann, device] = [await person(), await person()];
        const mail = await person(`both-${++serial}@mail.test`);
        const code = await oldCodeOf(ann);
        const link = event(mail.user);
        const identifiers = [...link.identifiers, ...event(device.user).identifiers];
        const toEvent = {
          claim: claimEvent(mail, code, '2026-06-10T12:00:00Z'),
          order: order(device, '2026-06-12T08:00:00Z'),
          'later order': order(mail, '2026-06-13T08:00:00Z'),
          merge: { ...link, identifiers },
        };
        for (const fact of sequence) await send(toEvent[fact]);
        const made = await madeBy(ann);
        expect(
          made.map(({ status, convertedAt }) => ({ status, day: convertedAt?.getUTCDate() })),
        ).toEqual([{ status: 'CONVERTED', day: 12 }]);
        expect(await balanceOf(ann)).toBe(500n);
        expect(await conversionsOf(ann, '2026-06-12')).toEqual({ onDay: 1, total: 1 });
        const rewarded = await Promise.all([mail, device].map(balanceOf));
        expect(rewarded.reduce((sum, points) => sum + points)).toBe(200n);
      },
    );
  });

  test('in the midst of conversions loses none of them', async () => {
    const [ann, mail] = [await person(), await person(`race-${++serial}@mail.test`)];
    const [annCode, mailCode] = [await codeOf(ann), await codeOf(mail)];
    const brought = await Promise.all([1, 2, 3, 4].map(() => person()));
    for (const [index, one] of brought.entries()) await claim(index % 2 ? annCode : mailCode, one);
    const [{ survivor }] = await Promise.all([
      merge(ann, mail),
      ...brought.map((one) => send(order(one, '2026-06-15T12:30:00Z'))),
    ]);
    expect(await summaryOf(survivor)).toMatchObject({ invited: 4, converted: 4 });
    expect(await balanceOf(survivor)).toBe(2000n);
    expect(await conversionsOf(survivor, '2026-06-15')).toEqual({ onDay: 4, total: 4 });
  });
});

describe('referralsByPage', () => {
  test('pages the latest claim first', async () => {
    const ann = await person();
    const code = await codeOf(ann);
    const brought = [await person(), await person(), await person()];
    for (const one of brought) {
      await claim(code, one);
      clock.advanceDays(1);
    }
    const [first = []] = await reads.referralsByPage([
      { referrer: ann.profileId, page: firstRows(2) },
    ]);
    expect(first.map((one) => one.claimedAt.toISOString().slice(8, 10))).toEqual(['17', '16']);
    const last = first[1];
    const after = last === undefined ? null : { at: last.claimedAt, id: last.id };
    const [second = []] = await reads.referralsByPage([
      { referrer: ann.profileId, page: firstRows(2, after) },
    ]);
    expect(second.map((one) => one.claimedAt.toISOString().slice(8, 10))).toEqual(['15']);
  });
});
