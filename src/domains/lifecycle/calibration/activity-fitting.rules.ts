import { addDays, type EpochDay } from '../../../shared/days';
import { featureNames, featureSigns, featuresOf } from '../facts/activity.rules';
import type { ActivityFit, FitRefusal } from '../facts/activity-fit';
import type { History } from '../facts/history';
import { Examples, fitLogistic, type LogisticFit } from '../facts/logistic.rules';
import { areaUnderCurve } from './ranking.rules';

/** How far ahead is looked, and so how long ago what is learnt from was known. */
export const HORIZON_DAYS = 90;

/** Below these a fit says more about chance than about customers. */
const BUYERS_MIN = 500;
const HISTORY_DAYS_MIN = 180;
const ORDER_AGE_DAYS_MAX = 30;
const REPEAT_ORDER_DAYS = 3;
const REPEAT_BUYERS_MIN = 10;
const OUTCOMES_OF_A_KIND_MIN = 50;

/** Of the customers, every so many is left out of a trial fit and judged by it. */
const LEFT_OUT_ONE_IN = 5;

/** A fit that ranks customers worse than their silence does, by more than chance, is no use. */
const AUC_LOSS_MAX = 0.01;

/**
 * Customers as they were a horizon ago, and whether each has come since: what the fit is learnt
 * from needs nobody to label anything.
 */
export class ActivityLessons {
  private readonly examples = new Examples(featureNames.length);
  private readonly silence: number[] = [];
  private buyers = 0;
  private repeatBuyers = 0;
  private firstDay = Number.POSITIVE_INFINITY;
  private lastOrderDay = Number.NEGATIVE_INFINITY;

  /**
   * @param today the last day of the horizon
   * @param typicalGapDays of customers who have one day only
   */
  constructor(
    private readonly today: EpochDay,
    private readonly typicalGapDays: number,
    private readonly horizonDays = HORIZON_DAYS,
  ) {}

  /** The last day of what is learnt from. */
  get originDay(): EpochDay {
    return addDays(this.today, -this.horizonDays);
  }

  /** @param history as of `originDay` @param cameSince whether the customer was active after it */
  learn(history: History, cameSince: boolean): void {
    this.examples.add(featuresOf(history, this.typicalGapDays), cameSince);
    this.silence.push(-(history.today - history.series('active').last));
  }

  /** Whether there are data enough is told from today. @param history as of today */
  count(history: History): void {
    const orders = history.series('orders');
    this.firstDay = Math.min(this.firstDay, history.series('active').first);
    if (orders.count === 0) return;
    this.buyers += 1;
    if (orders.count >= REPEAT_ORDER_DAYS) this.repeatBuyers += 1;
    this.lastOrderDay = Math.max(this.lastOrderDay, orders.last);
  }

  /** A fit, or why there is none. */
  fitted(): ActivityFit | FitRefusal {
    const { examples, typicalGapDays, horizonDays } = this;
    const refusal = this.refusal();
    if (refusal !== null) return refusal;
    const { auc, silenceAuc } = this.judge();
    // Not a number where all that were left out came to the same.
    if (!(auc >= silenceAuc - AUC_LOSS_MAX)) return 'NO_BETTER_THAN_SILENCE';
    const { intercept, weights, means } = fitLogistic(examples, featureSigns);
    return {
      horizonDays,
      customers: examples.count,
      returned: examples.positives,
      typicalGapDays,
      intercept,
      features: featureNames.map((name, place) => ({
        name,
        weight: weights[place] as number,
        mean: means[place] as number,
      })),
      auc,
      silenceAuc,
    };
  }

  private refusal(): FitRefusal | null {
    const { examples, today } = this;
    if (this.buyers < BUYERS_MIN) return 'TOO_FEW_BUYERS';
    if (today - this.firstDay < HISTORY_DAYS_MIN) return 'HISTORY_TOO_SHORT';
    if (today - this.lastOrderDay > ORDER_AGE_DAYS_MAX) return 'NO_RECENT_ORDER';
    if (this.repeatBuyers < REPEAT_BUYERS_MIN) return 'TOO_FEW_REPEAT_BUYERS';
    const rarer = Math.min(examples.positives, examples.count - examples.positives);
    return rarer < OUTCOMES_OF_A_KIND_MIN ? 'OUTCOMES_TOO_ALIKE' : null;
  }

  /** How well a fit on the others ranks those left out, and how well silence does. */
  private judge(): { readonly auc: number; readonly silenceAuc: number } {
    const { examples } = this;
    const isLeftOut = (row: number) => row % LEFT_OUT_ONE_IN === 0;
    const trial = fitLogistic(
      examples.filter((row) => !isLeftOut(row)),
      featureSigns,
    );
    const leftOut = [...Array(examples.count).keys()].filter(isLeftOut);
    const came = leftOut.map((row) => examples.outcomeAt(row) === 1);
    const scores = leftOut.map((row) => logOddsOf(trial, examples.featuresAt(row)));
    const silence = leftOut.map((row) => this.silence[row] as number);
    return { auc: areaUnderCurve(scores, came), silenceAuc: areaUnderCurve(silence, came) };
  }
}

function logOddsOf({ intercept, weights, means }: LogisticFit, row: readonly number[]): number {
  return row.reduce(
    (sum, value, place) => sum + (weights[place] as number) * (value - (means[place] as number)),
    intercept,
  );
}
