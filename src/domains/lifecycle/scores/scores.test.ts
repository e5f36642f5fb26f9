import fc from 'fast-check';
import { activeDay, DAY_0, endOf } from '../../../../test/support/lifecycle';
import { someDays } from '../../../../test/support/lifecycle-arbitraries';
import { addDays } from '../../../shared/days';
import type { ActivityDay } from '../../activity';
import type { ActivityFit } from '../facts/activity-fit';
import { factNames } from '../facts/facts';
import { History } from '../facts/history';
import { type Calibration, keptQuantiles } from '../models/calibration';
import { fiveStageModel } from '../models/presets';
import { compileModel } from '../stage/compiled';
import { churnRiskOf } from './churn.rules';
import { type Score, scoresOf } from './scores.rules';

const compiled = compileModel(fiveStageModel, null);

function historyAt(days: readonly ActivityDay[], offset: number): History {
  return History.at(days, compiled.measures, endOf(offset));
}

/** Of customers who have done something. */
const anyDays = someDays.filter((days) => days.some(({ events }) => events > 0));

const lastOffset = (days: readonly ActivityDay[]) =>
  Math.max(...days.map(({ day }) => day)) - DAY_0;

const fit: ActivityFit = {
  horizonDays: 90,
  customers: 1000,
  returned: 300,
  typicalGapDays: 30,
  intercept: -1,
  features: [
    { name: 'silence', weight: -0.8, mean: 3 },
    { name: 'silenceInGaps', weight: -0.4, mean: 1 },
    { name: 'frequency', weight: 0.9, mean: 1 },
    { name: 'complaints', weight: 0, mean: 0 },
  ],
  auc: 0.8,
  silenceAuc: 0.7,
};

function calibrationOf(
  quantiles: Calibration['quantiles'],
  activityFit: ActivityFit | null = null,
): Calibration {
  return { calibratedAt: new Date(0), customers: 1000, cadenceDays: 30, quantiles, activityFit };
}

const anyCalibration: fc.Arbitrary<Calibration | null> = fc.option(
  fc
    .array(
      fc.array(fc.double({ min: -1000, max: 100_000, noNaN: true }), {
        minLength: keptQuantiles.length,
        maxLength: keptQuantiles.length,
      }),
      { minLength: factNames.length, maxLength: factNames.length },
    )
    .map((all) =>
      calibrationOf(
        Object.fromEntries(
          factNames.map((name, place) => [
            name,
            [...(all[place] ?? [])].sort((left, right) => left - right),
          ]),
        ),
        fit,
      ),
    ),
);

function points({ components }: Score): Readonly<Record<string, number>> {
  return Object.fromEntries(components.map((component) => [component.fact, component.points]));
}

describe('scores', () => {
  const oneOrder = activeDay(0, { orders: 1, revenueMinor: 20_000 });

  test('by formula, while nothing is calibrated', () => {
    const { behaviour, value, emotion } = scoresOf(historyAt([oneOrder], 90), null);
    // Nothing in the window any more; a silence of three typical cadences is half of the points.
    expect(points(behaviour)).toEqual({ activeDays90: 0, engagement90: 0, silenceInCadences: 15 });
    expect(behaviour.score).toBe(15);
    // Half of the 40 for 200.00, a fifth of the 30 for one of the four order days.
    expect(points(value)).toEqual({
      revenue365: 20,
      orderDays365: 6,
      socialActs90: 0,
      referralsConverted: 0,
    });
    expect(value.score).toBe(26);
    expect(emotion.score).toBe(50);
  });

  test.each<[string, number, number]>([
    ['less than anybody', 1, 0],
    ['the least there is', 100, 0],
    ['what a quarter has less of', 600, 10],
    ['between two that are kept', 650, 11],
    ['what all others have less of', 2100, 40],
    ['more than anybody', 9000, 40],
  ])('by rank, where it is calibrated: %s', (_, revenueMinor, expected) => {
    const revenue365 = keptQuantiles.map((_quantile, place) => 100 + 100 * place);
    const history = historyAt([activeDay(0, { orders: 1, revenueMinor })], 0);
    const { value } = scoresOf(history, calibrationOf({ revenue365 }));
    expect(points(value)['revenue365']).toBe(expected);
  });

  test.each<[string, number, number]>([
    ['as nearly everybody', 0, 0],
    ['as few do', 1, 14.3],
  ])('a rank among equals is the share of those below: %s', (_, referralsConverted, expected) => {
    const quantiles = {
      referralsConverted: keptQuantiles.map((quantile) => (quantile > 0.9 ? 1 : 0)),
    };
    const { value } = scoresOf(
      historyAt([activeDay(0, { referralsConverted })], 0),
      calibrationOf(quantiles),
    );
    expect(points(value)['referralsConverted']).toBe(expected);
  });

  test('of silence, less is better', () => {
    const silenceInCadences = keptQuantiles.map((quantile) => quantile * 20);
    const calibration = calibrationOf({ silenceInCadences });
    const at = (offset: number) =>
      points(scoresOf(historyAt([activeDay(0)], offset), calibration).behaviour)[
        'silenceInCadences'
      ];
    // Cadences of 30 days; nobody is silent for less than 0 of them, all others for longer.
    expect([0, 150, 300, 600, 900].map(at)).toEqual([30, 22.5, 15, 0, 0]);
  });

  test('of emotion, from worst to best', () => {
    const happy = { sentimentCount: 1, sentimentMilli: 1000, npsAnswers: 1, npsPromoters: 1 };
    const angry = { sentimentCount: 1, sentimentMilli: -1000, npsAnswers: 1, npsDetractors: 1 };
    const scoreFor = (told: object) =>
      scoresOf(historyAt([activeDay(0, told)], 0), null).emotion.score;
    // Satisfaction was not asked for: 10 of 20.
    expect(scoreFor(happy)).toBe(90);
    expect(scoreFor(angry)).toBe(10);
    expect(scoreFor({ ...happy, csatAnswers: 1, csatSatisfied: 1 })).toBe(100);
    expect(scoreFor({ ...angry, csatAnswers: 1 })).toBe(0);
  });

  test('lie within bounds and are what they are made of, whoever it is', () => {
    fc.assert(
      fc.property(anyDays, anyCalibration, fc.nat(1000), (days, calibration, later) => {
        const offset = lastOffset(days) + later;
        const scores = scoresOf(historyAt(days, offset), calibration);
        for (const { score, components } of Object.values(scores) as Score[]) {
          for (const component of components) {
            expect(component.points).toBeGreaterThanOrEqual(0);
            expect(component.points).toBeLessThanOrEqual(component.pointsMax);
          }
          expect(components.reduce((sum, one) => sum + one.pointsMax, 0)).toBe(100);
          expect(score).toBeCloseTo(
            components.reduce((sum, one) => sum + one.points, 0),
            9,
          );
        }
        expect(scoresOf(historyAt([...days].reverse(), offset), calibration)).toEqual(scores);
      }),
    );
  });

  test('behaviour never rises by silence, nor value by less revenue', () => {
    fc.assert(
      fc.property(anyDays, anyCalibration, fc.nat(300), (days, calibration, later) => {
        const history = historyAt(days, lastOffset(days) + later);
        const before = scoresOf(history, calibration);
        const more = days.map((day, place) => (place === 0 ? { ...day, revenueMinor: 1e8 } : day));
        const richer = scoresOf(historyAt(more, lastOffset(days) + later), calibration);
        expect(richer.value.score).toBeGreaterThanOrEqual(before.value.score);
        history.today = addDays(history.today, 7);
        const after = scoresOf(history, calibration);
        expect(after.behaviour.score).toBeLessThanOrEqual(before.behaviour.score);
      }),
    );
  });
});

describe('churn risk', () => {
  test.each<[string, readonly number[], number, number]>([
    ['active today', [0], 0, 0],
    ['patience used up: 90 days at least', [0], 90, 0.5],
    ['long silent', [0], 270, 0.75],
    ['patience with the rare: three own cadences', [0, 50, 100], 250, 0.5],
  ])('by rule: %s', (_, offsets, asOf, expected) => {
    const history = historyAt(
      offsets.map((offset) => activeDay(offset)),
      asOf,
    );
    const { risk, probabilityActive, drivers } = churnRiskOf(history, compiled, null);
    expect(risk).toBeCloseTo(expected, 12);
    expect(probabilityActive).toBeNull();
    const logOdds = drivers.reduce((sum, { weight }) => sum + weight, 0);
    // Half a day of silence stands for none.
    if (expected > 0) expect(1 / (1 + Math.exp(-logOdds))).toBeCloseTo(expected, 9);
  });

  test('by rule, says what silence and cadence have to do with it', () => {
    const history = historyAt(
      [0, 50, 100].map((offset) => activeDay(offset)),
      250,
    );
    expect(churnRiskOf(history, compiled, null).drivers).toEqual([
      { fact: 'silenceDays', value: 150, weight: Math.log(150 / 90) },
      { fact: 'cadenceDays', value: 50, weight: -Math.log(150 / 90) },
    ]);
  });

  test('where activity is fitted, is what is missing to certainty', () => {
    const history = historyAt([activeDay(0), activeDay(10)], 30);
    const { risk, probabilityActive, drivers } = churnRiskOf(
      history,
      compiled,
      calibrationOf({}, fit),
    );
    expect(risk).toBe(1 - (probabilityActive as number));
    // 20 days of silence, twice the gap of 10; two active days.
    const expected = [
      { fact: 'silenceDays', value: 20, weight: 0.8 * (Math.log1p(20) - 3) },
      { fact: 'silenceInCadences', value: 20 / 30, weight: 0.4 * (Math.log1p(2) - 1) },
      { fact: 'activeDays', value: 2, weight: -0.9 * (Math.log1p(2) - 1) },
    ];
    expect(drivers.map(({ fact }) => fact)).toEqual([
      'activeDays',
      'silenceInCadences',
      'silenceDays',
    ]);
    for (const { fact, value, weight } of expected) {
      const driver = drivers.find((one) => one.fact === fact);
      expect(driver?.value).toBeCloseTo(value, 12);
      expect(driver?.weight).toBeCloseTo(weight, 12);
    }
    expect(Math.log(risk / (1 - risk))).toBeCloseTo(
      1 + drivers.reduce((sum, { weight }) => sum + weight, 0),
      9,
    );
  });

  test('lies within bounds, never falls by silence, and knows no order, fitted or by rule', () => {
    fc.assert(
      fc.property(anyDays, fc.boolean(), (days, fitted) => {
        const calibration = fitted ? calibrationOf({}, fit) : null;
        const history = historyAt(days, lastOffset(days));
        const reversed = historyAt([...days].reverse(), lastOffset(days));
        let before = 0;
        for (let week = 0; week < 150; week += 1) {
          const { risk, drivers } = churnRiskOf(history, compiled, calibration);
          expect(risk).toBeGreaterThanOrEqual(before);
          expect(risk).toBeLessThanOrEqual(1);
          expect(drivers.every(({ weight }) => Number.isFinite(weight))).toBe(true);
          expect(churnRiskOf(reversed, compiled, calibration).risk).toBe(risk);
          before = risk;
          history.today = addDays(history.today, 7);
          reversed.today = history.today;
        }
      }),
      { numRuns: 30 },
    );
  });
});
