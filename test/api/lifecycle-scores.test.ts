import { jobsOf } from '../../src/app';
import type { IncomingEvent } from '../../src/domains/events';
import { useApi } from '../support/api';
import { statementsDuring } from '../support/statements';

const api = useApi();
const NOW = '2026-11-20T10:00:00.000Z';
const MS_PER_DAY = 86_400_000;

interface Driver {
  readonly fact: string;
  readonly value: number | null;
  readonly weight: number;
}

interface Score {
  readonly score: number;
  readonly components: readonly {
    readonly fact: string;
    readonly value: number | null;
    readonly points: number;
    readonly pointsMax: number;
  }[];
}

interface Shown {
  readonly stage: string;
  readonly churnRisk: number;
  readonly churnRiskDrivers: readonly Driver[];
  readonly probabilityActive: number | null;
  readonly scores: Readonly<Record<'behaviour' | 'value' | 'emotion', Score>> | null;
}

const SHOWN = `lifecycle { stage churnRisk churnRiskDrivers { fact value weight } probabilityActive
  scores { behaviour { ...made } value { ...made } emotion { ...made } } }`;
const MADE = 'fragment made on Score { score components { fact value points pointsMax } }';

async function shown(userId: string): Promise<Shown> {
  const { profileByIdentifier } = await api.data<{ profileByIdentifier: { lifecycle: Shown } }>(
    `query ($id: String!) {
      profileByIdentifier(identifier: { namespace: "user_id", value: $id }) { ${SHOWN} } } ${MADE}`,
    { id: userId },
  );
  return profileByIdentifier.lifecycle;
}

function orders(userId: string, ...daysAgo: readonly number[]): IncomingEvent[] {
  return daysAgo.map((ago) => ({
    messageId: `${userId}-${ago}`,
    name: 'Order Completed',
    occurredAt: new Date(new Date(NOW).getTime() - ago * MS_PER_DAY),
    identifiers: [{ namespace: 'user_id', value: userId }],
    properties: { revenue: 100, currency: 'USD' },
  }));
}

function runJob(now: Date): Promise<number> | undefined {
  return jobsOf(api.app)
    .find(({ name }) => name === 'calibrate-lifecycle')
    ?.run(now);
}

beforeEach(() => api.clock.set(NOW));

describe('before anything is calibrated', () => {
  beforeAll(async () => {
    api.clock.set(NOW);
    await api.app.events.ingest('key:test', orders('rare', 100, 140, 180));
  });

  it('the risk is by rule, and moves with the clock', async () => {
    const now = await shown('rare');
    // Three cadences of 40 days are 120.
    expect(now.churnRisk).toBeCloseTo(100 / 220, 12);
    expect(now.probabilityActive).toBeNull();
    expect(now.churnRiskDrivers).toEqual([
      { fact: 'cadenceDays', value: 40, weight: expect.closeTo(-Math.log(120 / 90), 9) },
      { fact: 'silenceDays', value: 100, weight: expect.closeTo(Math.log(100 / 90), 9) },
    ]);
    api.clock.set('2026-12-10T10:00:00.000Z');
    expect((await shown('rare')).churnRisk).toBeCloseTo(0.5, 12);
  });

  it('the scores are by formula, with what they are made of', async () => {
    const { scores } = await shown('rare');
    expect(scores?.value.components).toEqual([
      { fact: 'revenue365', value: 30_000, points: 24, pointsMax: 40 },
      { fact: 'orderDays365', value: 3, points: 12.9, pointsMax: 30 },
      { fact: 'socialActs90', value: 0, points: 0, pointsMax: 15 },
      { fact: 'referralsConverted', value: 0, points: 0, pointsMax: 15 },
    ]);
    expect(scores?.value.score).toBe(36.9);
    expect(scores?.emotion.score).toBe(50);
    expect(scores?.behaviour.score).toBeGreaterThan(0);
  });

  it('nobody is judged by what they have not done yet', async () => {
    api.clock.set('2025-01-01T00:00:00.000Z');
    expect(await shown('rare')).toMatchObject({
      churnRisk: 0,
      churnRiskDrivers: [],
      probabilityActive: null,
      scores: null,
    });
  });

  it('too few customers are left alone by the job', async () => {
    expect(await runJob(new Date(NOW))).toBe(0);
    expect(await api.app.database.query('select from lifecycle_calibration')).toHaveLength(0);
  });
});

describe('once it is', () => {
  beforeAll(async () => {
    api.clock.set(NOW);
    const town = Array.from({ length: 560 }, (_, number) =>
      number % 4 === 0
        ? orders(
            `town${number}`,
            ...[10, 40, 70, 100, 130, 160, 190].map((ago) => ago + (number % 10)),
          )
        : orders(`town${number}`, 120 + (number % 70)),
    );
    await api.app.events.ingest('key:test', town.flat());
  });

  it('the job calibrates once a week, and leaves models alone that compare with nothing of it', async () => {
    expect(await runJob(new Date(NOW))).toBe(1);
    expect(await runJob(new Date(NOW))).toBe(0);
    const later = new Date(new Date(NOW).getTime() + 7 * MS_PER_DAY);
    expect(await runJob(later)).toBe(1);
    expect(await api.app.database.query('select from lifecycle_calibration')).toHaveLength(2);
    expect(await api.app.database.query('select from lifecycle_ruling')).toHaveLength(0);
  });

  it('the risk is what is missing to the probability that was fitted', async () => {
    const loyal = await shown('town8');
    const gone = await shown('town9');
    for (const { churnRisk, probabilityActive, churnRiskDrivers } of [loyal, gone]) {
      expect(churnRisk).toBe(1 - (probabilityActive ?? Number.NaN));
      const weights = churnRiskDrivers.map(({ weight }) => Math.abs(weight));
      expect(weights).toEqual([...weights].sort((left, right) => right - left));
      expect(weights.length).toBeGreaterThan(2);
    }
    expect(loyal.probabilityActive).toBeGreaterThan(0.8);
    expect(gone.probabilityActive).toBeLessThan(0.2);
  });

  it('scores are ranks', async () => {
    const { scores } = await shown('town8');
    const revenue = scores?.value.components.find(({ fact }) => fact === 'revenue365');
    // The quarter that keeps ordering; three quarters have less.
    expect(revenue?.points).toBeGreaterThan(28);
    expect(revenue?.points).toBeLessThan(34);
  });

  it('a page of profiles reads their days in one statement', async () => {
    const page = `query { profiles(first: 50) { edges { node { lifecycle {
      churnRisk probabilityActive churnRiskDrivers { fact }
      scores { behaviour { score } value { score } emotion { score } } } } } } }`;
    const texts = await statementsDuring(async () => {
      const { data } = await api.queryOnce<{
        profiles: { edges: readonly { node: { lifecycle: Shown } }[] };
      }>(page);
      expect(data?.profiles.edges).toHaveLength(50);
      for (const { node } of data?.profiles.edges ?? []) {
        expect(node.lifecycle.scores).not.toBeNull();
      }
    });
    expect(texts.join().match(/from activity_day/g)).toHaveLength(1);
    expect(texts.filter((text) => text.includes('lifecycle_calibration')).length).toBeLessThan(3);
  });
});
