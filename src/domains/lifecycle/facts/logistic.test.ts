import { areaUnderCurve } from '../calibration/ranking.rules';
import { Examples, fitLogistic, logistic } from './logistic.rules';

function examplesOf(rows: readonly (readonly [readonly number[], boolean])[]): Examples {
  const examples = new Examples(rows[0]?.[0].length ?? 0);
  for (const [features, outcome] of rows) examples.add(features, outcome);
  return examples;
}

/** As many of a kind as the probability says, so that the fit is known. */
function drawn(probabilityOf: (left: number, right: number) => number) {
  const rows: [readonly number[], boolean][] = [];
  for (let left = -2; left <= 2; left += 1) {
    for (let right = -2; right <= 2; right += 1) {
      const positives = Math.round(400 * probabilityOf(left, right));
      for (let one = 0; one < 400; one += 1) rows.push([[left, right], one < positives]);
    }
  }
  return examplesOf(rows);
}

describe('fitLogistic', () => {
  const examples = drawn((left, right) => logistic(0.5 + 1.2 * left - 0.7 * right));

  test('finds what the outcomes were drawn by', () => {
    const { intercept, weights, means } = fitLogistic(examples, [0, 0]);
    expect(intercept).toBeCloseTo(0.5, 2);
    expect(weights[0]).toBeCloseTo(1.2, 2);
    expect(weights[1]).toBeCloseTo(-0.7, 2);
    expect(means).toEqual([0, 0]);
  });

  test('gives an average as probable as it is', () => {
    const { intercept, weights } = fitLogistic(examples, [0, 0]);
    let sum = 0;
    for (let row = 0; row < examples.count; row += 1) {
      const [left = 0, right = 0] = examples.featuresAt(row);
      sum += logistic(intercept + (weights[0] ?? 0) * left + (weights[1] ?? 0) * right);
    }
    expect(sum / examples.count).toBeCloseTo(examples.positives / examples.count, 6);
  });

  test('leaves a feature out whose weight would have the wrong sign', () => {
    const { weights } = fitLogistic(examples, [1, 1]);
    expect(weights[1]).toBe(0);
    expect(weights[0]).toBeGreaterThan(1);
  });

  test('stays finite where outcomes are certain, and with features alike or constant', () => {
    const rows = [...Array(200).keys()].map(
      (row) => [[row, row, 7], row >= 100] as [readonly number[], boolean],
    );
    const { intercept, weights } = fitLogistic(examplesOf(rows), [0, 0, 0]);
    expect(Number.isFinite(intercept)).toBe(true);
    expect(weights[0]).toBeGreaterThan(0);
    expect(weights[0]).toBeCloseTo(weights[1] ?? 0, 9);
    expect(weights[2]).toBe(0);
  });
});

describe('areaUnderCurve', () => {
  test.each<[string, readonly number[], readonly boolean[], number]>([
    ['all in order', [1, 2, 3, 4], [false, false, true, true], 1],
    ['all the wrong way', [4, 3, 2, 1], [false, false, true, true], 0],
    ['one pair of four wrong', [1, 3, 2, 4], [false, false, true, true], 0.75],
    ['ties count half', [1, 1, 1, 1], [false, false, true, true], 0.5],
    ['a tie between kinds', [1, 2, 2, 3], [false, false, true, true], 0.875],
    ['one kind alone', [1, 2], [true, true], Number.NaN],
    ['comes to an end with no number', [Number.NaN, Number.NaN], [true, true], Number.NaN],
  ])('%s', (_, scores, isPositive, expected) => {
    expect(areaUnderCurve(scores, isPositive)).toBe(expected);
  });
});
