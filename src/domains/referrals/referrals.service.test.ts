import { useReferrals } from '../../../test/support/referrals';
import { firstRows } from '../../platform/database/keyset';
import { type ProfileId, uuidSource } from '../../shared/ids';

const {
  database,
  clock,
  events,
  reads,
  service,
  serviceWith,
  event,
  send,
  person,
  order,
  codeOf,
  claim,
  summaryOf,
  madeBy,
  balanceOf,
  conversionsOf,
} = useReferrals();

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
