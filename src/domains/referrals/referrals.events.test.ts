import { randomBytes } from 'node:crypto';
import { useReferrals } from '../../../test/support/referrals';
import { Database } from '../../platform/database/database';
import { TransactionConflict } from '../../platform/database/transaction';
import { uuidSource } from '../../shared/ids';
import type { EventIngest, IncomingEvent } from '../events';
import { defaultReferralPolicy } from './referrals.policy';
import { ReferralProjector } from './referrals.projection';
import { type ClaimOutcome, ReferralService } from './referrals.service';

const {
  database,
  clock,
  directory,
  ledger,
  events,
  pipelineOn,
  event,
  send,
  person,
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
} = useReferrals();

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
