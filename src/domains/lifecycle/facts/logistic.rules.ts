/** Customers as rows of features, each with what became of them. */
export class Examples {
  private readonly values: number[] = [];
  private readonly outcomes: number[] = [];

  /** @param width features of each */
  constructor(readonly width: number) {}

  get count(): number {
    return this.outcomes.length;
  }

  get positives(): number {
    return this.outcomes.reduce((sum, outcome) => sum + outcome, 0);
  }

  add(features: readonly number[], outcome: boolean): void {
    for (const value of features) this.values.push(value);
    this.outcomes.push(outcome ? 1 : 0);
  }

  valueAt(row: number, column: number): number {
    return this.values[row * this.width + column] as number;
  }

  featuresAt(row: number): readonly number[] {
    return this.values.slice(row * this.width, (row + 1) * this.width);
  }

  outcomeAt(row: number): number {
    return this.outcomes[row] as number;
  }

  /** Those rows for which it holds. */
  filter(isWanted: (row: number) => boolean): Examples {
    const wanted = new Examples(this.width);
    for (let row = 0; row < this.count; row++) {
      if (isWanted(row)) wanted.add(this.featuresAt(row), this.outcomeAt(row) === 1);
    }
    return wanted;
  }
}

/** Log-odds = intercept + Σ weight × (feature − mean). */
export interface LogisticFit {
  readonly intercept: number;
  readonly weights: readonly number[];
  readonly means: readonly number[];
}

/** The sign a weight must have; 0 where either will do. */
export type Sign = -1 | 0 | 1;

/** The penalty on the square of each weight, of features in standard deviations. */
const RIDGE = 1;

const ITERATIONS_MAX = 50;

/** Newton's steps end when none moves a weight by more. */
const STEP_MIN = 1e-8;

/**
 * L2-regularised logistic regression by Newton's method (iteratively reweighted least squares;
 * Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 4.4.1), on features in
 * standard deviations. A feature whose weight would have the wrong sign is left out, the worst
 * first, and the rest fitted anew.
 * @param signs one for each feature
 */
export function fitLogistic(examples: Examples, signs: readonly Sign[]): LogisticFit {
  const scaled = standardised(examples);
  const columns = new Set(signs.keys());
  for (const column of columns) if (scaled.deviations[column] === 0) columns.delete(column);
  for (;;) {
    const used = [...columns];
    const { intercept, weights } = newton(scaled, used);
    let worst: number | undefined;
    let worstBy = 0;
    for (const [place, column] of used.entries()) {
      const wrongBy = -(signs[column] as Sign) * (weights[place] as number);
      if (wrongBy > worstBy) {
        worst = column;
        worstBy = wrongBy;
      }
    }
    if (worst !== undefined) {
      columns.delete(worst);
      continue;
    }
    const byColumn = new Map(used.map((column, place) => [column, weights[place] as number]));
    return {
      intercept,
      means: scaled.means,
      weights: scaled.deviations.map((deviation, column) => {
        const weight = byColumn.get(column);
        return weight === undefined ? 0 : weight / deviation;
      }),
    };
  }
}

interface Standardised {
  readonly examples: Examples;
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  /** Row by row. */
  readonly values: Float64Array;
}

function standardised(examples: Examples): Standardised {
  const { count, width } = examples;
  const means: number[] = [];
  const deviations: number[] = [];
  const values = new Float64Array(count * width);
  for (let column = 0; column < width; column++) {
    let sum = 0;
    for (let row = 0; row < count; row++) sum += examples.valueAt(row, column);
    const mean = sum / count;
    let squares = 0;
    for (let row = 0; row < count; row++) squares += (examples.valueAt(row, column) - mean) ** 2;
    const root = Math.sqrt(squares / count);
    // What is the same for everybody tells nobody apart; rounding is no difference.
    const deviation = root > 1e-9 * Math.max(1, Math.abs(mean)) ? root : 0;
    for (let row = 0; row < count; row++) {
      values[row * width + column] =
        deviation === 0 ? 0 : (examples.valueAt(row, column) - mean) / deviation;
    }
    means.push(mean);
    deviations.push(deviation);
  }
  return { examples, means, deviations, values };
}

/** The weights that make the penalised likelihood greatest, of the columns that take part. */
function newton(scaled: Standardised, columns: readonly number[]) {
  const { examples } = scaled;
  const share = examples.positives / examples.count;
  let parameters = [Math.log(share / (1 - share)), ...columns.map(() => 0)];
  let current = likelihood(scaled, columns, parameters);
  for (let iteration = 0; iteration < ITERATIONS_MAX; iteration++) {
    const step = solve(current.curvature, current.gradient);
    // A whole step may overshoot where outcomes are nearly certain: half of it, then.
    let length = 1;
    let next = current;
    let moved = parameters;
    do {
      moved = parameters.map((parameter, place) => parameter + length * (step[place] as number));
      next = likelihood(scaled, columns, moved);
      length /= 2;
    } while (!(next.value >= current.value) && length > STEP_MIN);
    if (!(next.value >= current.value)) break;
    parameters = moved;
    current = next;
    if (Math.max(...step.map(Math.abs)) < STEP_MIN) break;
  }
  const [intercept = 0, ...weights] = parameters;
  return { intercept, weights };
}

/** The penalised log-likelihood, its gradient, and its curvature turned positive. */
function likelihood(
  { examples, values }: Standardised,
  columns: readonly number[],
  parameters: readonly number[],
) {
  const size = columns.length + 1;
  const gradient = new Float64Array(size);
  const curvature = Array.from({ length: size }, () => new Float64Array(size));
  const row = new Float64Array(size);
  row[0] = 1;
  let value = 0;
  for (let place = 1; place < size; place++) {
    const weight = parameters[place] as number;
    value -= (RIDGE / 2) * weight * weight;
    gradient[place] = -RIDGE * weight;
    (curvature[place] as Float64Array)[place] = RIDGE;
  }
  for (let example = 0; example < examples.count; example++) {
    let odds = parameters[0] as number;
    for (let place = 1; place < size; place++) {
      const feature = values[example * examples.width + (columns[place - 1] as number)] as number;
      row[place] = feature;
      odds += (parameters[place] as number) * feature;
    }
    const outcome = examples.outcomeAt(example);
    const probability = logistic(odds);
    // ln p or ln (1 − p), without ever taking the logarithm of 0.
    const towards = outcome === 1 ? odds : -odds;
    value -= towards > 0 ? Math.log1p(Math.exp(-towards)) : Math.log1p(Math.exp(towards)) - towards;
    const spread = probability * (1 - probability);
    for (let place = 0; place < size; place++) {
      const feature = row[place] as number;
      (gradient[place] as number) += (outcome - probability) * feature;
      const line = curvature[place] as Float64Array;
      for (let other = 0; other <= place; other++) {
        (line[other] as number) += spread * feature * (row[other] as number);
      }
    }
  }
  return { value, gradient, curvature };
}

export function logistic(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

/**
 * By Cholesky's decomposition. @param matrix symmetric and positive, of which the lower half is read
 */
function solve(matrix: readonly Float64Array[], right: Float64Array): readonly number[] {
  const size = right.length;
  const lower = matrix.map((line) => Float64Array.from(line));
  const at = (row: number, column: number) => (lower[row] as Float64Array)[column] as number;
  const solution = Array.from(right);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let rest = at(row, column);
      for (let before = 0; before < column; before++) rest -= at(row, before) * at(column, before);
      (lower[row] as Float64Array)[column] =
        row === column ? Math.sqrt(Math.max(rest, Number.EPSILON)) : rest / at(column, column);
    }
  }
  for (let row = 0; row < size; row++) {
    let rest = solution[row] as number;
    for (let before = 0; before < row; before++)
      rest -= at(row, before) * (solution[before] as number);
    solution[row] = rest / at(row, row);
  }
  for (let row = size - 1; row >= 0; row--) {
    let rest = solution[row] as number;
    for (let after = row + 1; after < size; after++) {
      rest -= at(after, row) * (solution[after] as number);
    }
    solution[row] = rest / at(row, row);
  }
  return solution;
}
