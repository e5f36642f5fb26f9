import { useReferrals } from '../../../test/support/referrals';

const {
  clock,
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
  merge,
  personByMail,
} = useReferrals();

function permutationsOf<Item>(items: readonly Item[]): Item[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((first) =>
    permutationsOf(items.filter((item) => item !== first)).map((rest) => [first, ...rest]),
  );
}

describe('a merge', () => {
  test('brings codes and referrals to the survivor', async () => {
    const [ann, mail] = [await person(), await personByMail('ann')];
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
    const [ann, mail] = [await person(), await personByMail('self')];
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
    const [bob, mail] = [await person(), await personByMail('twice')];
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
    const [bob, mail] = [await person(), await personByMail('paid')];
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
    const mail = await personByMail('circle');
    await claim(await codeOf(ann), bob);
    await claim(await codeOf(bob), mail);
    const { survivor } = await merge(ann, mail);
    expect(await summaryOf(survivor)).toMatchObject({ invited: 1, referredByCode: null });
    expect(await madeBy(bob)).toMatchObject([{ status: 'VOID' }]);
  });

  test('with a customer of before the claim leaves nothing to convert', async () => {
    const [ann, bob] = [await person(), await person()];
    const mail = await personByMail('before');
    await send(order(mail, '2026-05-01T00:00:00Z'));
    await claim(await codeOf(ann), bob);
    const { survivor } = await merge(bob, mail);
    await send(order(survivor, '2026-06-15T12:30:00Z'));
    expect(await summaryOf(ann)).toMatchObject({ invited: 0, converted: 0 });
    expect(await balanceOf(ann)).toBe(0n);
  });

  test('does not let a person be rewarded as the one brought again, by either door', async () => {
    const [ann, bob] = [await person(), await person()];
    const mail = await personByMail('farm');
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
    const mail = await personByMail('again');
    const fresh = await personByMail('fresh');
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
        const mail = await personByMail('both');
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
    const [ann, mail] = [await person(), await personByMail('race')];
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
