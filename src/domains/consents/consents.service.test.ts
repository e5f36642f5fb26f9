import fc from 'fast-check';
import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { createPipeline } from '../../../test/support/pipeline';
import { type ProfileId, uuidSource } from '../../shared/ids';
import type { IncomingEvent } from '../events';
import { ConsentProjector } from './consents.projection';
import { ConsentReads } from './consents.reads';
import type { ProfileConsent } from './consents.store';

const { database } = useTestDatabase();
const clock = new TestClock('2026-06-15T12:00:00Z');
const { events } = createPipeline(database, { clock, projectors: [new ConsentProjector()] });
const reads = new ConsentReads(database);

type Preferences = Readonly<Record<string, boolean>>;

function minute(at: number): Date {
  return new Date(Date.UTC(2026, 5, 1, 0, at));
}

function event(values: readonly string[], changes: Partial<IncomingEvent>): IncomingEvent {
  return {
    messageId: uuidSource.next(),
    name: 'Page Viewed',
    identifiers: values.map((value) => ({ namespace: 'anonymous_id', value })),
    ...changes,
  };
}

function seen(...values: string[]): IncomingEvent {
  return event(values, {});
}

function decided(at: number, values: string | readonly string[], categoryPreferences: Preferences) {
  return event([values].flat(), {
    name: 'Consent Updated',
    occurredAt: minute(at),
    properties: { categoryPreferences },
  });
}

async function take(...batch: readonly IncomingEvent[]): Promise<void> {
  const { outcomes } = await events.ingest('test', batch);
  for (const { status } of outcomes) expect(status).toBe('ACCEPTED');
}

async function holderOf(value: string): Promise<ProfileId> {
  const [row] = await database.query<{ profileId: ProfileId }>(
    'select profile_id as "profileId" from identifier where value = $1',
    [value],
  );
  if (row === undefined) throw new Error(`Nobody holds ${value}.`);
  return row.profileId;
}

async function consentsOf(value: string): Promise<readonly ProfileConsent[]> {
  const [consents = []] = await reads.consentsByProfile([await holderOf(value)]);
  return consents;
}

/** `ads+1`: ads granted, decided at the first minute. */
async function summary(value: string): Promise<string> {
  const consents = await consentsOf(value);
  return consents
    .map(({ purpose, isGranted, decidedAt }) => {
      const at = (decidedAt.getTime() - minute(0).getTime()) / 60_000;
      return `${purpose}${isGranted ? '+' : '-'}${at}`;
    })
    .join(' ');
}

/** Names nobody had before, so that no case meets another's customers. */
function names<const Keys extends readonly string[]>(...keys: Keys) {
  const run = uuidSource.next();
  return keys.map((key) => `${key} ${run}`) as { [Index in keyof Keys]: string };
}

describe('one customer', () => {
  test('says what they decided last of each purpose, in the order of the purposes', async () => {
    const [web] = names('web');
    await take(decided(1, web, { news: true, ads: true, Zoo: false }));
    await take(decided(2, web, { ads: false }));
    expect(await summary(web)).toBe('Zoo-1 ads-2 news+1');
  });

  test('who decided nothing says nothing, and does not disturb the others', async () => {
    const [web, app] = names('web', 'app');
    await take(seen(web), decided(1, app, { ads: true }));
    const holders = [await holderOf(web), await holderOf(app), uuidSource.next<ProfileId>()];
    const found = await reads.consentsByProfile(holders);
    expect(found).toEqual([[], [{ purpose: 'ads', isGranted: true, decidedAt: minute(1) }], []]);
  });

  test("Segment's event will do as well", async () => {
    const [web] = names('web');
    const name = 'Segment Consent Preference Updated';
    await take({ ...decided(1, web, { ads: true }), name });
    expect(await summary(web)).toBe('ads+1');
  });

  test('a message sent again changes nothing', async () => {
    const [web] = names('web');
    const grant = decided(1, web, { ads: true });
    await take(grant);
    await take(decided(2, web, { ads: false }));
    const { outcomes } = await events.ingest('test', [{ ...grant, occurredAt: minute(3) }]);
    expect(outcomes).toMatchObject([{ status: 'DUPLICATE' }]);
    expect(await summary(web)).toBe('ads-2');
  });

  test.each([
    [[true, false], 'ads-1'],
    [[false, true], 'ads-1'],
    [[true, true], 'ads+1'],
  ])('of one instant the refusal wins: %j is %s', async (grants, expected) => {
    const [apart, together] = names('apart', 'together');
    for (const ads of grants) await take(decided(1, apart, { ads }));
    await take(...grants.map((ads) => decided(1, together, { ads })));
    expect([await summary(apart), await summary(together)]).toEqual([expected, expected]);
  });

  test.each([
    ['was demoted', 'email', 'shared@mail.test', 1],
    ['has gone over to somebody else', 'device_id', 'shared-tablet', 0],
  ])(
    'an identifier that %s does not speak for its former owner',
    async (_case, namespace, value, demoted) => {
      const [ann, bob] = names('ann', 'bob');
      const user = (name: string) => ({ namespace: 'user_id', value: name });
      const shared = { namespace, value };
      await take({ ...seen(), occurredAt: minute(0), identifiers: [user(ann), shared] });
      const decision = decided(1, [], { ads: true });
      const { outcomes } = await events.ingest('test', [
        { ...decision, identifiers: [user(bob), shared] },
      ]);
      expect(outcomes).toMatchObject([{ demotions: { length: demoted } }]);
      expect([await summary(ann), await summary(bob)]).toEqual(['', 'ads+1']);
    },
  );

  test('what is malformed is kept aside, and nothing of it counts', async () => {
    const [web] = names('web');
    const bad = event([web], {
      name: 'Consent Updated',
      properties: { categoryPreferences: { news: true, ads: 'yes' } },
    });
    const { outcomes } = await events.ingest('test', [seen(web), bad]);
    expect(outcomes[1]).toMatchObject({ status: 'QUARANTINED', reason: 'INVALID_PROPERTIES' });
    expect(await summary(web)).toBe('');
  });
});

describe('two who turn out to be one', () => {
  test.each<[string, Preferences | null, Preferences | null, string]>([
    ['a refusal on the one side', { ads: false }, { ads: true }, 'ads-1'],
    ['a refusal on the other', { ads: true }, { ads: false }, 'ads-2'],
    ['two refusals: the later settles it', { ads: false }, { ads: false }, 'ads-2'],
    ['two grants: the later settles it', { ads: true }, { ads: true }, 'ads+2'],
    ['silence on the one side', { ads: true }, null, 'ads+1'],
    ['silence on the other', null, { ads: false }, 'ads-2'],
    ['different purposes', { ads: true }, { news: false }, 'ads+1 news-2'],
  ])('%s', async (_case, left, right, expected) => {
    const [web, app] = names('web', 'app');
    await take(left === null ? seen(web) : decided(1, web, left));
    await take(right === null ? seen(app) : decided(2, app, right));
    await take(seen(web, app));
    expect(await summary(web)).toBe(expected);
    expect(await holderOf(app)).toBe(await holderOf(web));
  });

  test('a decision afterwards speaks for both, and can grant again', async () => {
    const [web, app] = names('web', 'app');
    await take(decided(1, web, { ads: false }));
    await take(decided(2, app, { ads: true }));
    await take(seen(web, app));
    await take(decided(3, app, { ads: true }));
    expect(await summary(web)).toBe('ads+3');
  });

  test('a decision by the very event that merges them speaks for both', async () => {
    const [web, app, card] = names('web', 'app', 'card');
    await take(decided(1, web, { ads: false }));
    await take(decided(3, [app, web, card], { ads: true }));
    expect(await summary(card)).toBe('ads+3');
  });

  test.each([
    ['the one', 0],
    ['the other', 1],
  ])(
    'a decision before the merge speaks for its own side, also within one batch: %s refuses',
    async (_case, refuser) => {
      const both = names('web', 'app');
      const [web, app] = both;
      const decisions = both.map((value, index) => {
        return index === refuser
          ? decided(1, value, { ads: false })
          : decided(2, value, { ads: true });
      });
      await take(...decisions, seen(web, app));
      expect(await summary(web)).toBe('ads-1');
    },
  );

  test('a late refusal stands for those who said nothing since', async () => {
    const [web, app] = names('web', 'app');
    await take(decided(2, web, { ads: true }));
    await take(seen(web, app));
    await take(decided(1, web, { ads: false }));
    // The web has said yes since then; of the app nothing later is known.
    expect(await summary(web)).toBe('ads-1');
  });

  test('taken apart, each side says what its own identifiers say', async () => {
    const [web, app, card] = names('web', 'app', 'card');
    await take(decided(1, web, { ads: true, news: true }));
    await take(decided(2, app, { ads: false }));
    await take(seen(card));
    const sides = [await holderOf(web), await holderOf(app)] as const;
    await take(seen(web, app, card));
    expect(await summary(web)).toBe('ads-2 news+1');
    await moveTo(sides, app);
    expect([await summary(web), await summary(app)]).toEqual(['ads+1 news+1', 'ads-2']);
  });

  test('taken apart after a decision of both, each side keeps it', async () => {
    const [web, app] = names('web', 'app');
    await take(decided(1, web, { ads: true }));
    await take(decided(2, app, { ads: false }));
    const sides = [await holderOf(web), await holderOf(app)] as const;
    await take(seen(web, app));
    await take(decided(3, web, { ads: true }));
    await moveTo(sides, app);
    expect([await summary(web), await summary(app)]).toEqual(['ads+3', 'ads+3']);
  });

  /** As the graph's writer will do it: an identifier goes to the side that is not the survivor. */
  async function moveTo(sides: readonly [ProfileId, ProfileId], value: string): Promise<void> {
    const survivor = await holderOf(value);
    const other = sides.find((profileId) => profileId !== survivor);
    await database.query('update identifier set profile_id = $1 where value = $2', [other, value]);
  }
});

describe('any decisions', () => {
  const purpose = fc.constantFrom('ads', 'news');
  const decision = fc.record({ at: fc.nat(4), by: fc.nat(3), purpose, isGranted: fc.boolean() });

  test('of a customer: the latest counts, whatever the order and the batches', async () => {
    const steps = fc.array(fc.tuple(decision, fc.nat(), fc.boolean()), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(steps, async (arrivals) => {
        const all = names('a', 'b', 'c', 'd');
        await take(seen(...all));
        // Each has a rank to arrive by, so that shrinking a case leaves its decisions as they are.
        const arrived = arrivals.toSorted(([, left], [, right]) => left - right);
        await takeInBatches(
          arrived.map(([one, , cut]) => [
            decided(one.at, all[one.by] ?? '', { [one.purpose]: one.isGranted }),
            cut,
          ]),
        );
        expect(await summary(all[0])).toBe(latestOf(arrivals.map(([one]) => one)));
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  test('of customers who merge: as if every event had come alone', async () => {
    const link = fc.record({ left: fc.nat(3), right: fc.nat(3) });
    const isCut = fc.nat(3).map((drawn) => drawn === 0);
    const step = fc.tuple(fc.oneof({ weight: 3, arbitrary: decision }, link), isCut);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const all = names('a', 'b', 'c', 'd');
        const model = new Model();
        await take(...all.map((value) => seen(value)));
        await takeInBatches(
          steps.map(([one, cut]) => {
            if ('left' in one) {
              model.merge(one.left, one.right);
              return [seen(all[one.left] ?? '', all[one.right] ?? ''), cut];
            }
            model.decide(one);
            return [decided(one.at, all[one.by] ?? '', { [one.purpose]: one.isGranted }), cut];
          }),
        );
        for (const [index, value] of all.entries()) {
          expect(await summary(value)).toBe(model.summary(index));
        }
      }),
      { numRuns: 100 },
    );
  }, 120_000);

  async function takeInBatches(arrivals: readonly (readonly [IncomingEvent, boolean])[]) {
    let batch: IncomingEvent[] = [];
    for (const [one, isLastOfBatch] of arrivals) {
      batch.push(one);
      if (!isLastOfBatch) continue;
      await take(...batch);
      batch = [];
    }
    await take(...batch);
  }
});

interface Told {
  readonly at: number;
  readonly by: number;
  readonly purpose: string;
  readonly isGranted: boolean;
}

/** The rule in its plainest form. */
class Model {
  private readonly parts = [0, 1, 2, 3].map((one) => new Set([one]));
  private readonly told: (readonly Told[])[] = [[], [], [], []];

  merge(left: number, right: number): void {
    const union = new Set([...this.partOf(left), ...this.partOf(right)]);
    for (const one of union) this.parts[one] = union;
  }

  decide(decision: Told): void {
    for (const one of this.partOf(decision.by)) {
      this.told[one] = [...(this.told[one] ?? []), decision];
    }
  }

  summary(of: number): string {
    const said = [...this.partOf(of)].flatMap((one) =>
      ['ads', 'news'].flatMap((purpose) => lastOf(this.told[one] ?? [], purpose) ?? []),
    );
    return ['ads', 'news']
      .flatMap((purpose) => {
        const all = said.filter((one) => one.purpose === purpose);
        const refusals = all.filter((one) => !one.isGranted);
        const deciding = lastOf(refusals.length > 0 ? refusals : all, purpose);
        return deciding === undefined ? [] : [textOf(deciding)];
      })
      .join(' ');
  }

  private partOf(one: number): ReadonlySet<number> {
    return this.parts[one] ?? new Set();
  }
}

function latestOf(told: readonly Told[]): string {
  return ['ads', 'news']
    .flatMap((purpose) => lastOf(told, purpose) ?? [])
    .map(textOf)
    .join(' ');
}

function lastOf(told: readonly Told[], purpose: string): Told | undefined {
  return told
    .filter((one) => one.purpose === purpose)
    .toSorted((left, right) => left.at - right.at || +right.isGranted - +left.isGranted)
    .at(-1);
}

function textOf({ purpose, isGranted, at }: Told): string {
  return `${purpose}${isGranted ? '+' : '-'}${at}`;
}
