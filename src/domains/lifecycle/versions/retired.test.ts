import { useApi } from '../../../../test/support/api';
import { presetDocument } from './versions.rules';

/** What is told of a model that was retired. */
const api = useApi();

async function rollOut(): Promise<void> {
  while ((await api.app.lifecycleRollout.run(api.clock.now())) > 0);
}

const begin = new Date('2026-11-20T10:00:00.000Z').getTime();
const at = (day: number) => new Date(begin + day * 86_400_000).toISOString();
const cause = 'history { edges { node { to cause triggeringEvent { messageId } } } }';

async function ask(args: string) {
  const { data, errors } = await api.query<{
    profileByIdentifier: { lifecycle: Record<string, unknown> };
  }>(`{ profileByIdentifier(identifier: { namespace: "user_id", value: "retiree" }) {
        lifecycle(model: "former" ${args}) {
          stage since modelVersion churnRisk nextStages { stage } ${cause} } } }`);
  return { told: data?.profileByIdentifier?.lifecycle, errors };
}

async function order(messageId: string): Promise<void> {
  const { outcomes } = await api.app.events.ingest('test', [
    {
      messageId,
      name: 'Order Completed',
      occurredAt: api.clock.now(),
      identifiers: [{ namespace: 'user_id', value: 'retiree' }],
      properties: { revenue: 10 },
    },
  ]);
  expect(outcomes).toMatchObject([{ status: 'ACCEPTED' }]);
}

beforeAll(async () => {
  const { lifecycleVersions } = api.app;
  api.clock.set(at(0));
  await lifecycleVersions.save(
    { name: 'former', document: presetDocument('five-stage'), note: '' },
    'test',
  );
  await order('first');
  await lifecycleVersions.activate('former', 1, 'a test', 'test');
  await rollOut();
  api.clock.set(at(10));
  await order('second');
  api.clock.set(at(20));
  await lifecycleVersions.retire('former', 'a test', 'test');
  await rollOut();
  api.clock.set(at(120));
  await order('third');
});

it('is told of instants at which it was in use', async () => {
  const { told, errors } = await ask(`asOf: "${at(12)}"`);
  expect(errors).toEqual([]);
  expect(told).toMatchObject({
    stage: 'EXPLORATION',
    since: at(10),
    modelVersion: 1,
    churnRisk: 2 / (2 + 90),
    history: {
      edges: [
        { node: { to: 'EXPLORATION', triggeringEvent: { messageId: 'second' } } },
        { node: { to: 'ACQUISITION', triggeringEvent: { messageId: 'first' } } },
      ],
    },
  });
  expect(told?.['nextStages']).toContainEqual({ stage: 'GROWTH' });
  expect((await ask(`asOf: "${at(12)}", knownAt: "${at(1)}"`)).told).toMatchObject({
    stage: 'ACQUISITION',
  });
});

it.each([
  ['', 120],
  [`asOf: "${at(20)}"`, 20],
  [`asOf: "${at(60)}"`, 60],
  [`knownAt: "${at(12)}"`, 120],
])('is refused as of others: (%s)', async (args, day) => {
  const { errors } = await ask(args);
  expect(errors.map(({ extensions }) => extensions)).toEqual([
    { code: 'LIFECYCLE_MODEL_NOT_IN_USE', asOf: at(day) },
  ]);
});

it('is not added to while it is not in use, when it is brought back', async () => {
  await api.app.lifecycleVersions.rollBack('former', 'a test', 'test');
  api.clock.set(at(121));
  await rollOut();
  // By time alone they would have been in CHURN on day 100, and by the order out of it.
  expect((await ask('')).told).toMatchObject({
    stage: 'GROWTH',
    since: at(120),
    history: {
      edges: [
        { node: { to: 'GROWTH', cause: 'MODEL' } },
        { node: { to: 'EXPLORATION', cause: 'EVENT' } },
        { node: { to: 'ACQUISITION', cause: 'EVENT' } },
      ],
    },
  });
  const { errors } = await ask(`asOf: "${at(60)}"`);
  expect(errors[0]?.extensions.code).toBe('LIFECYCLE_MODEL_NOT_IN_USE');
  expect((await ask(`asOf: "${at(12)}"`)).told).toMatchObject({ stage: 'EXPLORATION' });
});

it('is told by the days as they are known now, also of whom it had not been recorded', async () => {
  const { lifecycleVersions } = api.app;
  const document = presetDocument('five-stage');
  await lifecycleVersions.save({ name: 'brief', document, note: '' }, 'test');
  await lifecycleVersions.activate('brief', 1, 'a test', 'test');
  api.clock.advanceDays(1);
  await lifecycleVersions.retire('brief', 'a test', 'test');
  const asOf = new Date(api.clock.now().getTime() - 3_600_000).toISOString();
  const { profileByIdentifier: told } = await api.data<Record<string, Record<string, unknown>>>(
    `query ($asOf: DateTime!) {
      profileByIdentifier(identifier: { namespace: "user_id", value: "retiree" }) {
        brief: lifecycle(model: "brief", asOf: $asOf) { stage since reasons { text } }
        byDefault: lifecycle(asOf: $asOf) { stage since reasons { text } } } }`,
    { asOf },
  );
  expect(told?.['brief']).toMatchObject({ stage: 'GROWTH', since: at(120) });
  expect(told?.['brief']).toEqual(told?.['byDefault']);
});
