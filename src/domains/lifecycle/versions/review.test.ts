import { useApi } from '../../../../test/support/api';
import { listeningSql } from '../../../../test/support/statements';
import { jobsOf } from '../../../app';
import { createLogger } from '../../../platform/telemetry/logger';
import { MS_PER_DAY } from '../../../shared/days';
import { LifecycleReviews } from './review.service';
import { LifecycleVersionReads, versionText } from './versions.reads';

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

test('of a version that was overtaken meanwhile nothing is kept, and the model is due still', async () => {
  const { lifecycleProposals } = api.app;
  const overtaken = Object.create(lifecycleProposals, {
    isInForce: { value: () => Promise.resolve(false) },
  });
  expect(await reviewsOf(0.1, overtaken).run(api.clock.now())).toBe(1);
  expect(await reviewedAt()).toEqual([]);
  expect(await versions()).toEqual(['1 IN_FORCE -']);
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

test('who asks while another version comes into force is told of that one', async () => {
  const { lifecycleProposals: proposals, lifecycleVersions } = api.app;
  await buyers('quicker', 400, 10);
  const find = proposals.find.bind(proposals);
  const asked: number[] = [];
  const overtaken = Object.create(proposals, {
    find: {
      value: async (...parameters: Parameters<typeof find>) => {
        const finding = await find(...parameters);
        if (asked.push(finding?.version ?? 0) === 1) {
          await lifecycleVersions.activate('five-stage', 2, 'Test', 'test');
        }
        return finding;
      },
    },
  });
  const result = await overtaken.propose('five-stage', 'test');
  expect(asked).toEqual([3, 2]);
  expect(result).toMatchObject({ kind: 'DONE', proposal: { basedOn: 2 } });
  // Version 2 was made for 40 days, and customers had come to 20 before it was activated anew.
  expect(await waiting()).toMatchObject({ basedOn: 2, drift: -0.75 });
});

test('what was proposed before is told as it was found then', async () => {
  const first = await waiting();
  api.clock.advanceDays(1);
  const again = await api.app.lifecycleProposals.propose('five-stage', 'test');
  expect(again).toMatchObject({ kind: 'DONE' });
  expect(await waiting()).toEqual(first);
  expect(again.kind === 'DONE' && again.proposal.proposedAt.toISOString()).toBe(first?.proposedAt);
});

test('drafts of many versions are looked for together', async () => {
  const heard: string[] = [];
  const sql = listeningSql(api.database, (text) => heard.push(text));
  const reads = new LifecycleVersionReads(sql, 'five-stage');
  const texts = ['five-stage 3', 'five-stage 1', 'six-stage 1', 'five-stage 99', 'none 1'];
  const found = await reads.byText(texts);
  expect(found.map((one) => one && versionText(one))).toEqual([...texts.slice(0, 3), null, null]);
  expect(heard).toHaveLength(2);
});

test('a clock that was ahead does not keep it from looking', async () => {
  await api.database.query(`update lifecycle_review set reviewed_at = '2036-01-01'`);
  expect(await review()).toBe(1);
  expect(await reviewedAt()).toEqual([api.clock.now().toISOString()]);
});
