import { endOf, visits } from '../../../../test/support/lifecycle';
import { History } from '../facts/history';
import type { Calibration } from '../models/calibration';
import { keptQuantiles } from '../models/calibration';
import type { Threshold } from '../models/model';
import { fiveStageModel } from '../models/presets';
import { compileModel } from './compiled';
import { thresholdOf } from './stage.rules';

const calibration: Calibration = {
  calibratedAt: new Date('2026-01-01'),
  customers: 1000,
  cadenceDays: 20,
  quantiles: { activeDays: keptQuantiles.map((quantile) => 100 * quantile) },
};

/** What a threshold of `activeDays` comes to for somebody who comes every ten days. */
function comesTo(threshold: Threshold, known: Calibration | null = calibration) {
  const compiled = compileModel(
    {
      ...fiveStageModel,
      rules: [{ stage: 'GROWTH', when: [{ fact: 'activeDays', op: 'GTE', threshold }] }],
    },
    known,
  );
  const condition = compiled.rules[0]?.when[0];
  if (condition === undefined) throw new Error('There is no condition.');
  const history = History.at(visits(0, 10, 20, 30), compiled.measures, endOf(30));
  return [thresholdOf(history, condition), condition.basis];
}

test.each<[string, Threshold, Calibration | null, number, string]>([
  ['a number', 7, calibration, 7, 'CONSTANT'],
  ['own cadences', { ownCadences: 3 }, null, 30, 'OWN_CADENCE'],
  ['at least', { ownCadences: 3, atLeast: 40 }, null, 40, 'OWN_CADENCE'],
  ['at most', { ownCadences: 3, atMost: 20 }, null, 20, 'OWN_CADENCE'],
  [
    "everybody's cadence",
    { populationCadences: 2, uncalibrated: 5 },
    calibration,
    40,
    'POPULATION_CADENCE',
  ],
  ['uncalibrated', { populationCadences: 2, uncalibrated: 5 }, null, 5, 'POPULATION_CADENCE'],
  [
    'no cadence known',
    { populationCadences: 2, uncalibrated: 5 },
    { ...calibration, cadenceDays: null },
    5,
    'POPULATION_CADENCE',
  ],
  ['a quantile', { quantile: 0.8, uncalibrated: 5 }, calibration, 80, 'POPULATION_QUANTILE'],
  ['of another step', { quantile: 0.15, uncalibrated: 5 }, calibration, 15, 'POPULATION_QUANTILE'],
  [
    'a quantile of nothing',
    { quantile: 0.8, uncalibrated: 5, atLeast: 6 },
    { ...calibration, quantiles: {} },
    6,
    'POPULATION_QUANTILE',
  ],
])('%s', (_, threshold, known, value, basis) => {
  expect(comesTo(threshold, known)).toEqual([expect.closeTo(value, 9), basis]);
});
