import { useApi } from '../../../../test/support/api';
import type { LifecycleModelDocument } from '../models/model';
import { tryHoldPreviews } from './preview.store';
import { presetDocument } from './versions.rules';

const api = useApi();
const five = presetDocument('five-stage') as LifecycleModelDocument;

const VERSION = `__typename
  ... on LifecycleModelVersion { name version status note savedBy savedAt inForceSince isDefault }
  ... on LifecycleModelNotFound { message }
  ... on LifecycleModelRefused { fault }`;

const SAVE = `mutation ($input: SaveLifecycleModelInput!) {
  saved: saveLifecycleModel(input: $input) {
    __typename
    ... on LifecycleModelVersion { name version status note savedBy savedAt inForceSince isDefault }
    ... on LifecycleModelRefused { fault }
    ... on InvalidLifecycleModel { faults } } }`;

async function save(input: object): Promise<Record<string, unknown>> {
  return (await api.data<{ saved: Record<string, unknown> }>(SAVE, { input })).saved;
}

async function decide(field: string, type: string, input: object) {
  const text = `mutation ($input: ${type}!) { decided: ${field}(input: $input) { ${VERSION} } }`;
  return (await api.data<{ decided: Record<string, unknown> }>(text, { input })).decided;
}

const activate = (name: string, version: number, reason = 'a test') =>
  decide('activateLifecycleModel', 'ActivateLifecycleModelInput', { name, version, reason });
const rollBack = (name: string) =>
  decide('rollBackLifecycleModel', 'LifecycleModelDecisionInput', { name, reason: 'a test' });
const retire = (name: string) =>
  decide('retireLifecycleModel', 'LifecycleModelDecisionInput', { name, reason: 'a test' });

async function statuses(name: string) {
  const { models } = await api.data<{
    models: { edges: { node: { version: number; status: string } }[] };
  }>(
    `query ($name: String!) { models: lifecycleModels(name: $name) {
       edges { node { version status } } } }`,
    { name },
  );
  return models.edges.map(({ node }) => `${node.version} ${node.status}`);
}

const longer = (days: number): LifecycleModelDocument => ({ ...five, typicalCadenceDays: days });

async function rollOut(): Promise<void> {
  while ((await api.app.lifecycleRollout.run(api.clock.now())) > 0);
}

test('a preset is version 1 of its name, and in force from the beginning', async () => {
  const { model } = await api.data<{ model: object }>(
    `{ model: lifecycleModel(name: "five-stage") {
       version status note savedBy savedAt inForceSince isDefault document } }`,
  );
  expect(model).toEqual({
    version: 1,
    status: 'IN_FORCE',
    note: null,
    savedBy: null,
    savedAt: null,
    inForceSince: null,
    isDefault: true,
    document: JSON.parse(JSON.stringify(five)),
  });
});

test('versions are saved, activated, rolled back, and listed', async () => {
  const saved = await save({ name: 'five-stage', document: longer(25), note: ' shorter ' });
  expect(saved).toMatchObject({ version: 2, status: 'DRAFT', note: 'shorter', isDefault: true });
  expect(saved['savedBy']).toMatch(/^key:/);
  // Sent again it is the same; with other content it is the next.
  expect(await save({ name: 'five-stage', document: longer(25), note: 'shorter' })).toEqual(saved);
  expect(await save({ name: 'five-stage', document: longer(20) })).toMatchObject({ version: 3 });
  expect(await statuses('five-stage')).toEqual(['3 DRAFT', '2 DRAFT', '1 IN_FORCE']);

  const active = await activate('five-stage', 2);
  expect(active).toMatchObject({ version: 2, status: 'IN_FORCE' });
  expect(active['inForceSince']).toBe(api.clock.now().toISOString());
  expect(await statuses('five-stage')).toEqual(['3 DRAFT', '2 IN_FORCE', '1 SUPERSEDED']);
  // What decides already is not decided on again.
  api.clock.advanceDays(1);
  expect(await activate('five-stage', 2)).toEqual(active);

  await activate('five-stage', 3);
  expect(await rollBack('five-stage')).toMatchObject({ version: 2, status: 'IN_FORCE' });
  expect(await statuses('five-stage')).toEqual(['3 SUPERSEDED', '2 IN_FORCE', '1 SUPERSEDED']);
  expect(await rollBack('five-stage')).toMatchObject({ version: 3 });
  await rollOut();
});

test('a model beside the default one is activated, retired, and brought back', async () => {
  await save({ name: 'own', document: five });
  expect(await retire('own')).toMatchObject({ fault: 'NOT_IN_USE' });
  expect(await rollBack('own')).toMatchObject({ fault: 'NOT_IN_USE' });
  expect(await activate('own', 1)).toMatchObject({ version: 1, status: 'IN_FORCE' });
  expect(await rollBack('own')).toMatchObject({ fault: 'NOTHING_BEFORE' });
  api.clock.advanceDays(1);
  expect(await retire('own')).toMatchObject({ version: 1, status: 'RETIRED' });
  expect(await statuses('own')).toEqual(['1 RETIRED']);
  expect(await rollBack('own')).toMatchObject({ version: 1, status: 'IN_FORCE' });
  await retire('own');
  await rollOut();
});

test('progress is told', async () => {
  await api.data(
    `mutation { recordEvents(events: [{ name: "Page Viewed",
       identifiers: [{ namespace: "user_id", value: "ada" }] }]) { accepted } }`,
  );
  await save({ name: 'watched', document: five });
  const rollout = async () => {
    const text = `{ lifecycleRollout(model: "watched") {
      version total done percentage ratePerSecond secondsLeft startedAt finishedAt } }`;
    return (await api.data<{ lifecycleRollout: object }>(text)).lifecycleRollout;
  };
  expect(await rollout()).toBeNull();
  await activate('watched', 1);
  const startedAt = api.clock.now().toISOString();
  expect(await rollout()).toEqual({
    version: 1,
    total: null,
    done: 0,
    percentage: 0,
    ratePerSecond: null,
    secondsLeft: null,
    startedAt: null,
    finishedAt: null,
  });
  await rollOut();
  expect(await rollout()).toMatchObject({
    version: 1,
    total: 1,
    done: 1,
    percentage: 100,
    secondsLeft: 0,
    startedAt,
    finishedAt: startedAt,
  });
});

test.each<[string, object, object]>([
  ['a name that is none', { name: 'No Name', document: five }, { fault: 'INVALID_NAME' }],
  [
    'a note that is too long',
    { name: 'own', document: five, note: 'x'.repeat(501) },
    { fault: 'REASON_TOO_LONG' },
  ],
  [
    'text that cannot be stored',
    { name: 'own', document: five, note: 'a\0b' },
    { fault: 'MALFORMED_TEXT' },
  ],
  [
    'several faults at once, each with its place',
    {
      name: 'own',
      document: {
        ...five,
        occasionDays: -1,
        rules: [
          ...five.rules,
          { stage: 'GROWTH', when: [{ fact: 'shoeSize', op: 'GTE', threshold: 42 }] },
        ],
      },
    },
    { __typename: 'InvalidLifecycleModel', faults: [expect.any(String), expect.any(String)] },
  ],
])('%s is refused', async (_, input, expected) => {
  expect(await save(input)).toMatchObject(expected);
});

test('10,000 conditions are refused, and so is what is nested without end', async () => {
  const condition = { fact: 'orders', op: 'GTE', threshold: 1 };
  const rules = [{ stage: 'GROWTH', when: Array(10_000).fill(condition) }];
  const saved = await save({ name: 'own', document: { ...five, rules } });
  expect(saved['__typename']).toBe('InvalidLifecycleModel');
  expect((saved['faults'] as string[]).length).toBeLessThanOrEqual(50);
  let nested: object = {};
  for (let depth = 0; depth < 500; depth++) nested = { when: [nested] };
  const deep = await save({ name: 'own', document: { ...five, rules: [nested] } });
  expect(deep['__typename']).toBe('InvalidLifecycleModel');
});

test('what is not there, or not said why, is refused', async () => {
  expect(await activate('five-stage', 99)).toMatchObject({
    __typename: 'LifecycleModelNotFound',
  });
  expect(await activate('Nobody', 1)).toMatchObject({ __typename: 'LifecycleModelNotFound' });
  expect(await activate('five-stage', 1, '  ')).toMatchObject({ fault: 'REASON_MISSING' });
  expect(await retire('five-stage')).toMatchObject({ fault: 'DEFAULT_MODEL' });
});

test('editors are told the form of a document, and people what the facts are called', async () => {
  const { schema, facts } = await api.data<{
    schema: { required: string[] };
    facts: Record<string, unknown>[];
  }>(
    `{ schema: lifecycleModelSchema
       facts: lifecycleFacts { name unit description en: label zh: label(language: ZH) min max } }`,
  );
  expect(schema.required).toContain('rules');
  expect(facts.find(({ name }) => name === 'silenceDays')).toMatchObject({
    unit: 'DAYS',
    en: 'days of silence',
    zh: '静默天数',
    min: 0,
    max: null,
  });
});

test('a preview names some of those who would move, and tells what it cannot try', async () => {
  const preview = async (input: object) => {
    const text = `query ($input: PreviewLifecycleModelInput!) {
      preview: previewLifecycleModel(input: $input) {
        __typename
        ... on LifecyclePreview {
          customers share moved moves { from to customers share examples { id } } }
        ... on InvalidLifecycleModel { faults } } }`;
    return api.query<{ preview: Record<string, unknown> }>(text, { input });
  };
  const young = { stage: 'GROWTH', when: [{ fact: 'activeDays', op: 'LTE', threshold: 1 }] };
  const rules = [young, ...five.rules];
  const { data } = await preview({ name: 'five-stage', document: { ...five, rules } });
  expect(data?.preview).toMatchObject({
    customers: 1,
    share: 1,
    moved: 1,
    moves: [{ from: 'ACQUISITION', to: 'GROWTH', customers: 1, share: 1, examples: [{}] }],
  });
  const invalid = await preview({ name: 'five-stage', document: {} });
  expect(invalid.data?.preview).toMatchObject({ __typename: 'InvalidLifecycleModel' });
  const missing = await preview({ name: 'five-stage', version: 99 });
  expect(missing.data?.preview).toMatchObject({ __typename: 'LifecycleModelNotFound' });
  for (const input of [{}, { version: 1, document: {} }, { version: 1, sample: 0 }]) {
    const { errors } = await preview({ name: 'five-stage', ...input });
    expect(errors[0]?.extensions.code).toBe('INVALID_INPUT');
  }
});

test('a preview tells how long it took, though a query is told one time', async () => {
  const begun = api.clock.now().getTime();
  let looks = 0;
  const now = jest.spyOn(api.clock, 'now').mockImplementation(() => {
    looks += 1;
    return new Date(begun + looks * 1_000);
  });
  try {
    const text = `{ preview: previewLifecycleModel(input: { name: "five-stage", version: 1 }) {
      ... on LifecyclePreview { tookSeconds } } }`;
    const { preview } = await api.data<{ preview: { tookSeconds: number } }>(text);
    expect(preview.tookSeconds).toBeGreaterThan(0);
  } finally {
    now.mockRestore();
  }
});

test('one preview runs at a time', async () => {
  const text = `{ preview: previewLifecycleModel(input: { name: "five-stage", version: 1 }) {
    __typename ... on LifecycleModelRefused { fault } } }`;
  await api.database.transaction(async (tx) => {
    expect(await tryHoldPreviews(tx)).toBe(true);
    expect(await api.data(text)).toEqual({
      preview: { __typename: 'LifecycleModelRefused', fault: 'PREVIEW_RUNNING' },
    });
  });
  expect(await api.data(text)).toEqual({ preview: { __typename: 'LifecyclePreview' } });
});

test('what was saved under a name before a preset had it is told, and tried, instead of that', async () => {
  const insert = `insert into lifecycle_model (name, version, document, created_by, created_at)
    values ('growth-accounting', 1, $1, 'key:old', now())`;
  await api.database.query(insert, [JSON.stringify(longer(77))]);
  const { one, all } = await api.data<{ one: object; all: { edges: { node: object }[] } }>(
    `{ one: lifecycleModel(name: "growth-accounting", version: 1) { savedBy document }
       all: lifecycleModels(name: "growth-accounting") { edges { node { savedBy document } } } }`,
  );
  expect(one).toMatchObject({ savedBy: 'key:old', document: { typicalCadenceDays: 77 } });
  expect(all.edges).toEqual([{ node: one }]);
  const trial = { name: 'growth-accounting', version: 1, document: null, sample: null };
  const outcome = await api.app.lifecyclePreviews.run({ ...trial, examples: 0 });
  if (outcome.kind !== 'DONE') throw new Error(outcome.kind);
  const stages = five.stages.map(({ name }) => name);
  for (const { to } of outcome.preview.cells) expect(stages).toContain(to);
  await api.database.query(`delete from lifecycle_model where created_by = 'key:old'`);
});

test('a proposal is a draft, and says in two languages what has moved', async () => {
  const text = `mutation { proposed: proposeLifecycleModel(name: "five-stage") {
    __typename ... on LifecycleModelRefused { fault }
    ... on LifecycleProposal { repurchaseDaysBefore repurchaseDays changes zh: changes(language: ZH)
      stages { stage customers } draft { version status savedBy } } } }`;
  const propose = async () =>
    (await api.data<{ proposed: Record<string, unknown> }>(text)).proposed;
  expect(await propose()).toMatchObject({ fault: 'TOO_FEW_CUSTOMERS' });
  const begin = api.clock.now().getTime();
  for (let day = 0; day < 4; day++) {
    // Every 40 days until what is in force was activated, and every 20 since.
    const ago = [180, 140, 100, 60][day] ?? 0;
    await buyers(new Date(begin - ago * 86_400_000), 'before');
  }
  await activate('five-stage', 1);
  await rollOut();
  api.clock.advanceDays(400);
  for (let day = 0; day < 4; day++) {
    await buyers(new Date(api.clock.now().getTime() - (10 + 20 * day) * 86_400_000), 'since');
  }
  await api.database.query(
    `insert into lifecycle_model (name, version, document, created_by, created_at)
     select 'filler', n, '{}', 'test', now() from generate_series(1, 10000) n`,
  );
  expect(await propose()).toMatchObject({ fault: 'TOO_MANY_VERSIONS' });
  await api.database.query(`delete from lifecycle_model where name = 'filler'`);
  const proposed = await propose();
  expect(proposed).toMatchObject({
    repurchaseDaysBefore: 40,
    repurchaseDays: 20,
    draft: { status: 'DRAFT' },
  });
  expect((proposed['changes'] as string[])[0]).toBe(
    'The repurchase cycle shortens from 40 to 20 days.',
  );
  expect((proposed['zh'] as string[])[0]).toBe('复购周期从40天缩短至20天。');
  expect(await propose()).toEqual(proposed);
}, 60_000);

async function buyers(occurredAt: Date, who: string): Promise<void> {
  const { outcomes } = await api.app.events.ingest(
    'test',
    Array.from({ length: 110 }, (_, index) => ({
      messageId: `${who} ${index} ${occurredAt.getTime()}`,
      name: 'Order Completed',
      occurredAt,
      identifiers: [{ namespace: 'user_id', value: `${who}-${index}` }],
      properties: { order_id: `${who} ${index} ${occurredAt.getTime()}`, revenue: 10 },
    })),
  );
  expect(outcomes.filter(({ status }) => status !== 'ACCEPTED')).toEqual([]);
}
