import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ActivityDay } from '../../src/domains/activity';
import { ActivityLessons } from '../../src/domains/lifecycle/calibration/activity-fitting.rules';
import { Census } from '../../src/domains/lifecycle/calibration/census';
import { areaUnderCurve } from '../../src/domains/lifecycle/calibration/ranking.rules';
import { History } from '../../src/domains/lifecycle/facts/history';
import type { Calibration } from '../../src/domains/lifecycle/models/calibration';
import { fiveStageModel } from '../../src/domains/lifecycle/models/presets';
import { churnRiskOf } from '../../src/domains/lifecycle/scores/churn.rules';
import { compileModel } from '../../src/domains/lifecycle/stage/compiled';
import { evaluate } from '../../src/domains/lifecycle/stage/stage.rules';
import { addDays, dayOf } from '../../src/shared/days';
import { type CdnowCustomers, cdnowCustomers, hasCdnow } from '../support/cdnow';

/**
 * Stages and churn risks against what real customers did afterwards: judged at the end of the
 * calibration period that the literature uses, by who bought in the 39 weeks after it.
 */

const asOf = new Date('1997-09-30T23:59:59.999Z');
const HOLDOUT_DAYS = 39 * 7;
const compiled = compileModel(fiveStageModel, null);
const guide = readFileSync(join(__dirname, '../../docs/guides/churn-risk.md'), 'utf8');

const historyOf = (days: readonly ActivityDay[]) => History.at(days, compiled.measures, asOf);

function buysAfterwards(days: readonly ActivityDay[]): boolean {
  const end = dayOf(asOf);
  return days.some(({ day }) => day > end && day <= addDays(end, HOLDOUT_DAYS));
}

/** A row of a table of the guide. */
function row(...cells: readonly (string | number)[]): string {
  return `| ${cells.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell)).join(' | ')} |`;
}

// Where the published log is not on the machine this skips, and says so.
(hasCdnow ? describe : describe.skip)('the customers of CDNOW', () => {
  let master: CdnowCustomers;
  let sample: CdnowCustomers;

  beforeAll(async () => {
    master = await cdnowCustomers('CDNOW_master.txt');
    sample = await cdnowCustomers('CDNOW_sample.txt');
  }, 120_000);

  test('are those of the literature', () => {
    expect([master.size, sample.size]).toEqual([23_570, 2_357]);
    expect([...sample.values()].filter(buysAfterwards)).toHaveLength(684);
  });

  test.each(['master', 'sample'] as const)('stages order by who buys again: %s', (name) => {
    const stages = fiveStageModel.stages.map((stage) => ({ stage: stage.name, of: 0, bought: 0 }));
    for (const days of (name === 'master' ? master : sample).values()) {
      const { stage } = evaluate(historyOf(days), compiled);
      const counted = stages.find((one) => one.stage === stage);
      if (counted === undefined) throw new Error(`There is no stage ${stage}.`);
      counted.of += 1;
      if (buysAfterwards(days)) counted.bought += 1;
    }
    const shares = new Map(stages.map(({ stage, of, bought }) => [stage, bought / of]));
    const order = ['CHURN', 'EXPLORATION', 'GROWTH', 'MATURITY'].map((stage) => shares.get(stage));
    expect(order).toEqual([...order].sort((left, right) => Number(left) - Number(right)));
    // Nobody joined after the first quarter, so nobody is new half a year later.
    expect(shares.get('ACQUISITION')).toBeNaN();
    // The gone buy at well below the rate of all, and the settled at well above it.
    expect(shares.get('CHURN')).toBeLessThan(0.21);
    expect(shares.get('MATURITY')).toBeGreaterThan(0.8);
    for (const { stage, of, bought } of stages) {
      const share = of === 0 ? '' : `${((100 * bought) / of).toFixed(1)} %`;
      expect(guide).toContain(row(`${name}: ${stage}`, of, bought, share));
    }
  });

  const everybody = () => [...master.values()];
  const half = (remainder: number) =>
    [...master].filter(([id]) => Number(id) % 2 === remainder).map(([, days]) => days);
  const inSample = () => [...master].filter(([id]) => sample.has(id)).map(([, days]) => days);
  const notInSample = () => [...master].filter(([id]) => !sample.has(id)).map(([, days]) => days);

  /** As the job does it at the end of the calibration period: no later day is seen. */
  function calibratedOn(customers: readonly (readonly ActivityDay[])[]): Calibration {
    const census = new Census(compiled.measures, asOf);
    for (const days of customers) census.add(days);
    return { ...census.result(), calibratedAt: asOf };
  }

  /** By what these customers did in the holdout itself. */
  function taughtBy(customers: readonly (readonly ActivityDay[])[]): Calibration {
    const end = addDays(dayOf(asOf), HOLDOUT_DAYS);
    const { typicalCadenceDays } = compiled.measures;
    const lessons = new ActivityLessons(end, typicalCadenceDays, HOLDOUT_DAYS);
    for (const days of customers) {
      lessons.learn(historyOf(days), buysAfterwards(days));
      lessons.count(History.at(days, compiled.measures, new Date('1998-06-30T23:59:59Z')));
    }
    const fit = lessons.fitted();
    if (typeof fit === 'string') throw new Error(fit);
    const { customers: count } = fit;
    return {
      calibratedAt: asOf,
      customers: count,
      cadenceDays: null,
      quantiles: {},
      activityFit: fit,
    };
  }

  const protocols: readonly {
    readonly name: string;
    readonly calibration: () => Calibration | null;
    readonly judged: () => readonly (readonly ActivityDay[])[];
    /** By how much the risk has to be better than silence alone. */
    readonly marginMin: number;
  }[] = [
    { name: 'rule, sample', calibration: () => null, judged: inSample, marginMin: 0 },
    { name: 'rule, all', calibration: () => null, judged: everybody, marginMin: 0 },
    {
      name: 'fit on the others, sample',
      calibration: () => calibratedOn(notInSample()),
      judged: inSample,
      marginMin: 0.007,
    },
    {
      name: 'fit on odd, even',
      calibration: () => calibratedOn(half(1)),
      judged: () => half(0),
      marginMin: 0.01,
    },
    {
      name: 'fit on even, odd',
      calibration: () => calibratedOn(half(0)),
      judged: () => half(1),
      marginMin: 0.01,
    },
    {
      name: 'taught by odd, even',
      calibration: () => taughtBy(half(1)),
      judged: () => half(0),
      marginMin: 0.01,
    },
    {
      name: 'taught by the others, sample',
      calibration: () => taughtBy(notInSample()),
      judged: inSample,
      marginMin: 0.007,
    },
  ];

  test.each(protocols)(
    'the risk ranks them better than silence alone: $name',
    (protocol) => {
      const { name, calibration: calibrate, judged, marginMin } = protocol;
      const calibration = calibrate();
      expect(calibration?.fitRefusal ?? null).toBeNull();
      const customers = judged();
      const bought = customers.map(buysAfterwards);
      const histories = customers.map(historyOf);
      const risk = histories.map((history) => churnRiskOf(history, compiled, calibration).risk);
      const silence = histories.map((history) => history.today - history.series('active').last);
      const staying = (scores: readonly number[]) =>
        areaUnderCurve(
          scores.map((score) => -score),
          bought,
        );
      const auc = staying(risk);
      const aucOfSilence = staying(silence);
      if (judged === inSample) expect(aucOfSilence).toBeCloseTo(0.771, 3);
      expect(auc).toBeGreaterThan(aucOfSilence + marginMin);
      expect(guide).toContain(row(name, customers.length, aucOfSilence.toFixed(3), auc.toFixed(3)));
    },
    120_000,
  );
});
