import { useApi } from '../../../../test/support/api';
import { jobsOf } from '../../../app';
import { createLogger } from '../../../platform/telemetry/logger';
import { MS_PER_DAY } from '../../../shared/days';
import { LifecycleReviews } from './review.service';

/** A job holds models against how their customers live. */
const api = useApi();
const logger = createLogger({ level: 'silent' });

function review(): Promise<number> | undefined {
  return jobsOf(api.app)
    .find(({ name }) => name === 'propose-lifecycle')
    ?.run(api.clock.now());
}

function reviewsOf(driftMin: number, proposals = api.app.lifecycleProposals): LifecycleReviews {
  const { database, app } = api;
  return new LifecycleReviews({
    database,
    rulings: app.lifecycleRulings,
    proposals,
    logger,
    driftMin,
  });
}

/** Four orders each, the last one yesterday. */
async function buyers(who: string, count: number, everyDays: number): Promise<void> {
  const yesterday = api.clock.now().getTime() - MS_PER_DAY;
  for (let order = 0; order < 4; order++) {
    const occurredAt = new Date(yesterday - order * everyDays * MS_PER_DAY);
    const { outcomes } = await api.app.events.ingest(
      'test',
      Array.from({ length: count }, (_, place) => ({
        messageId: `${who} ${place} ${order}`,
        name: 'Order Completed',
        occurredAt,
        identifiers: [{ namespace: 'user_id', value: `${who}-${place}` }],
        properties: { revenue: 10 },
      })),
    );
    expect(outcomes.every(({ status }) => status === 'ACCEPTED')).toBe(true);
  }
}

interface Waiting {
  readonly basedOn: number;
  readonly drift: number;
  readonly proposedAt: string;
  readonly changes: readonly string[];
  readonly zh: readonly string[];
  readonly draft: { readonly version: number; readonly status: string; readonly savedBy: string };
}

async function waiting(): Promise<Waiting | null> {
  const { lifecycleProposal } = await api.data<{ lifecycleProposal: Waiting | null }>(
    `{ lifecycleProposal { basedOn drift proposedAt repurchaseDaysBefore repurchaseDays
         changes zh: changes(language: ZH) stages { stage customers }
         draft { version status savedBy } } }`,
  );
  return lifecycleProposal;
}

async function versions(): Promise<readonly string[]> {
  const { lifecycleModels } = await api.data<{
    lifecycleModels: {
      edges: { node: { version: number; status: string; proposal: { drift: number } | null } }[];
    };
  }>(`{ lifecycleModels(name: "five-stage") {
        edges { node { version status proposal { drift } } } } }`);
  return lifecycleModels.edges.map(
    ({ node }) => `${node.version} ${node.status} ${node.proposal?.drift.toFixed(2) ?? '-'}`,
  );
}

async function reviewedAt(): Promise<readonly string[]> {
  const rows = await api.database.query<{ at: Date }>(
    'select reviewed_at as at from lifecycle_review',
  );
  return rows.map(({ at }) => at.toISOString());
}

test('too few customers are not worth a look', async () => {
  await buyers('few', 99, 40);
  expect(await review()).toBe(0);
  expect(await reviewedAt()).toEqual([]);
});

test('nobody looks where nothing is to be proposed', async () => {
  await buyers('one', 2, 40);
  expect(await reviewsOf(0).run(api.clock.now())).toBe(0);
  expect(await reviewedAt()).toEqual([]);
});

test('what fails half-way was no review', async () => {
  const { lifecycleProposals } = api.app;
  const failing = Object.create(lifecycleProposals, {
    record: { value: () => Promise.reject(new Error('Killed.')) },
  });
  await expect(reviewsOf(0.1, failing).run(api.clock.now())).rejects.toThrow('Killed.');
  expect(await reviewedAt()).toEqual([]);
  expect(await waiting()).toBeNull();
});

test('a drift of less than was set is let be', async () => {
  expect(await reviewsOf(0.34).run(api.clock.now())).toBe(1);
  expect(await waiting()).toBeNull();
  expect(await versions()).toEqual(['1 IN_FORCE -']);
  await api.database.query('delete from lifecycle_review');
});

test('customers who have moved away are a draft, which says what has moved', async () => {
  expect(await review()).toBe(1);
  expect(await waiting()).toEqual({
    basedOn: 1,
    drift: expect.closeTo(1 / 3, 9),
    proposedAt: api.clock.now().toISOString(),
    repurchaseDaysBefore: 30,
    repurchaseDays: 40,
    changes: expect.arrayContaining(['The repurchase cycle lengthens from 30 to 40 days.']),
    zh: expect.arrayContaining(['复购周期从30天延长至40天。']),
    stages: expect.arrayContaining([{ stage: 'GROWTH', customers: 101 }]),
    draft: { version: 2, status: 'DRAFT', savedBy: 'propose-lifecycle' },
  });
  expect(await versions()).toEqual(['2 DRAFT 0.33', '1 IN_FORCE -']);
});

test('it is looked at once a week, and nothing more is proposed while the draft waits', async () => {
  const before = api.clock.now();
  api.clock.set(new Date(before.getTime() + 7 * MS_PER_DAY - 1).toISOString());
  expect(await review()).toBe(0);
  api.clock.set(new Date(before.getTime() + 7 * MS_PER_DAY).toISOString());
  expect(await review()).toBe(1);
  expect(await review()).toBe(0);
  expect(await reviewedAt()).toEqual([api.clock.now().toISOString()]);
  expect(await versions()).toEqual(['2 DRAFT 0.33', '1 IN_FORCE -']);
});

test('where they have moved as far again another draft takes its place, made by one worker', async () => {
  await buyers('quick', 150, 20);
  api.clock.advanceDays(7);
  await Promise.all([review(), review()]);
  expect(await waiting()).toMatchObject({
    drift: expect.closeTo(-1 / 3, 9),
    draft: { version: 3, status: 'DRAFT' },
  });
  expect(await versions()).toEqual(['3 DRAFT -0.33', '2 DRAFT 0.33', '1 IN_FORCE -']);
});

test('a draft that was activated waits no more, and neither does one for what is past', async () => {
  const activate = (version: number) =>
    api.app.lifecycleVersions.activate('five-stage', version, 'Test', 'test');
  await activate(2);
  expect(await waiting()).toBeNull();
  await activate(3);
  expect(await waiting()).toBeNull();
  // They live as they did when it was activated.
  api.clock.advanceDays(7);
  expect(await review()).toBe(1);
  expect(await versions()).toEqual(['3 IN_FORCE -0.33', '2 SUPERSEDED 0.33', '1 SUPERSEDED -']);
});

test('a clock that was ahead does not keep it from looking', async () => {
  await api.database.query(`update lifecycle_review set reviewed_at = '2036-01-01'`);
  expect(await review()).toBe(1);
  expect(await reviewedAt()).toEqual([api.clock.now().toISOString()]);
});
