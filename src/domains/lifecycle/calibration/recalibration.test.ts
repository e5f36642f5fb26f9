import { type Calibration, keptQuantiles } from '../models/calibration';
import type { Condition } from '../models/model';
import { fiveStageModel } from '../models/presets';
import { type CompiledModel, compileModel } from '../stage/compiled';
import { isChangedBy } from './recalibration.rules';

function compiled(when: readonly Condition[], calibration: Calibration | null): CompiledModel {
  const rules = [{ stage: 'GROWTH', when }];
  return compileModel({ ...fiveStageModel, rules, atRisk: [] }, calibration);
}

function calibrated(cadenceDays: number | null, orders: number): Calibration {
  const quantiles = { orders: keptQuantiles.map(() => orders) };
  return { calibratedAt: new Date(0), customers: 1000, cadenceDays, quantiles };
}

const byCadence: Condition = {
  fact: 'silenceDays',
  op: 'GTE',
  threshold: { populationCadences: 3, uncalibrated: 90, atMost: 300 },
};
const byQuantile: Condition = {
  fact: 'orders',
  op: 'GT',
  threshold: { quantile: 0.5, uncalibrated: 0 },
};
const byProbability: Condition = { fact: 'probabilityActive', op: 'LT', threshold: 0.2 };
const byOneself: Condition = { fact: 'silenceDays', op: 'GTE', threshold: { ownCadences: 3 } };
const byNumber: Condition = { fact: 'silenceDays', op: 'GTE', threshold: 90 };

describe('isChangedBy', () => {
  test.each<[string, Condition, Calibration | null, Calibration, number, boolean]>([
    ['by 4 %', byCadence, calibrated(100 / 3, 1), calibrated(104 / 3, 1), 0, false],
    ['by 6 %', byCadence, calibrated(100 / 3, 1), calibrated(106 / 3, 1), 0, true],
    ['down by 6 %', byCadence, calibrated(100 / 3, 1), calibrated(94 / 3, 1), 0, true],
    ['beyond what it is kept to', byCadence, calibrated(100, 1), calibrated(200, 1), 0, false],
    ['first, to what stood in', byCadence, null, calibrated(30, 1), 0, false],
    ['first, to something else', byCadence, null, calibrated(40, 1), 0, true],
    ['to unknown', byCadence, calibrated(40, 1), calibrated(null, 1), 0, true],
    ['away from 0', byQuantile, null, calibrated(30, 1), 0, true],
    ['at 0', byQuantile, calibrated(30, 0), calibrated(30, 0), 0, false],
    ['a probability by little', byProbability, null, calibrated(30, 1), 0.05, false],
    ['a probability by more', byProbability, null, calibrated(30, 1), 0.051, true],
    ['a probability nobody asks for', byNumber, null, calibrated(90, 9), 1, false],
    ["a customer's own", byOneself, null, calibrated(90, 9), 0, false],
  ])('%s', (_, condition, before, after, shift, expected) => {
    const current = compiled([byNumber, condition], before);
    expect(isChangedBy(current, compiled([byNumber, condition], after), shift)).toBe(expected);
  });

  test('a warning counts as well as a stage', () => {
    const warning = (calibration: Calibration | null) =>
      compileModel({ ...fiveStageModel, atRisk: [{ when: [byCadence] }] }, calibration);
    expect(isChangedBy(warning(null), warning(calibrated(40, 1)), 0)).toBe(true);
    expect(isChangedBy(warning(null), warning(calibrated(30, 1)), 0)).toBe(false);
  });
});
