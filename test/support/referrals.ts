import { randomBytes } from 'node:crypto';
import { SumsOfSignals } from '../../src/domains/activity';
import type { IncomingEvent } from '../../src/domains/events';
import {
  defaultLoyaltyPolicy,
  LoyaltyReads,
  LoyaltyRehoming,
  LoyaltyService,
} from '../../src/domains/loyalty';
import type { RandomBytes } from '../../src/domains/referrals/referrals.codes';
import { defaultReferralPolicy } from '../../src/domains/referrals/referrals.policy';
import { ReferralProjector } from '../../src/domains/referrals/referrals.projection';
import { ReferralReads } from '../../src/domains/referrals/referrals.reads';
import { referralsRehoming } from '../../src/domains/referrals/referrals.rehoming';
import { type ClaimOutcome, ReferralService } from '../../src/domains/referrals/referrals.service';
import type { MadeReferral } from '../../src/domains/referrals/referrals.store';
import type { Database } from '../../src/platform/database/database';
import { firstRows } from '../../src/platform/database/keyset';
import { dayOf } from '../../src/shared/days';
import { type ProfileId, uuidSource } from '../../src/shared/ids';
import { TestClock } from './clock';
import { useTestDatabase } from './database';
import { createPipeline } from './pipeline';

export interface Person {
  readonly user: string;
  readonly profileId: ProfileId;
}

/** People who bring each other, on a database of the test file's own. Call at the top level. */
export function useReferrals() {
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

  /** The same, known by an address. */
  function personByMail(name: string): Promise<Person> {
    serial += 1;
    return person(`${name}-${serial}@mail.test`);
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

  async function merge(
    left: Person,
    right: Person,
  ): Promise<{ survivor: Person; absorbed: Person }> {
    const identifiers = [event(left.user), event(right.user)].flatMap((one) => one.identifiers);
    const { profileIds } = await events.ingest('shop', [event(left.user, { identifiers })]);
    return profileIds[0] === left.profileId
      ? { survivor: left, absorbed: right }
      : { survivor: right, absorbed: left };
  }

  return {
    database,
    clock,
    directory,
    ledger,
    events,
    reads,
    service,
    serviceWith,
    pipelineOn,
    event,
    send,
    person,
    personByMail,
    order,
    claimEvent,
    codeOf,
    oldCodeOf,
    claim,
    summaryOf,
    madeBy,
    balanceOf,
    conversionsOf,
    somebodyWaits,
    merge,
  };
}
