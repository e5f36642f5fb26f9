import type { Currency } from '../../shared/currency';
import type { PopulationFacts } from '../activity';
import type { Cutoffs, Quartet } from './value.rules';

/** The cut-offs in force. */
export interface ValueCalibration {
  /** When they were taken from the population; null for the defaults. */
  readonly calibratedAt: Date | null;
  /** Customers with an order that they were taken from; 0 for the defaults. */
  readonly population: number;
  readonly cutoffs: Cutoffs;
}

/** Quintiles of fewer customers than this say more about chance than about customers. */
export const CALIBRATION_CUSTOMERS_MIN = 100;

/** Part a population into five. */
export const QUINTILE_FRACTIONS = [0.2, 0.4, 0.6, 0.8] as const;

/** The upper fifth of the customers with an order in the window is HIGH, the next 30 % MID. */
export const TIER_FRACTIONS = [0.5, 0.8] as const;

/**
 * What holds until there is a population to calibrate on: a month, a quarter, half a year and a
 * year since the last order; 1, 2, 4 and 9 orders; revenue of 50, 100, 250 and 500 (in whole units
 * of the currency); HIGH above 500 in the window, MID above 100.
 */
export function defaultCalibration({ minorDigits }: Currency): ValueCalibration {
  const unit = 10 ** minorDigits;
  const cutoffs: Cutoffs = {
    recencyDaysCuts: [30, 90, 180, 365],
    frequencyCuts: [1, 2, 4, 9],
    monetaryMinorCuts: [50 * unit, 100 * unit, 250 * unit, 500 * unit],
    tierHighMinor: 500 * unit,
    tierMidMinor: 100 * unit,
  };
  return { calibratedAt: null, population: 0, cutoffs };
}

/**
 * The cut-offs that part this population, which keep to `current` where there are too few
 * customers to tell.
 * @param facts quantiles at QUINTILE_FRACTIONS and TIER_FRACTIONS
 */
export function calibratedCutoffs(facts: PopulationFacts, current: Cutoffs): Cutoffs {
  if (facts.customers < CALIBRATION_CUSTOMERS_MIN) return current;
  const [mid, high] = facts.windowRevenueMinor;
  const tiersKnown = facts.windowCustomers >= CALIBRATION_CUSTOMERS_MIN;
  return {
    recencyDaysCuts: toQuartet(facts.recencyDays),
    frequencyCuts: toQuartet(facts.orders),
    monetaryMinorCuts: toQuartet(facts.revenueMinor),
    // Nobody rises above LOW by refunds, whatever the population comes to.
    tierHighMinor: tiersKnown && high !== undefined ? Math.max(high, 0) : current.tierHighMinor,
    tierMidMinor: tiersKnown && mid !== undefined ? Math.max(mid, 0) : current.tierMidMinor,
  };
}

export function sameCutoffs(left: Cutoffs, right: Cutoffs): boolean {
  return (
    sameQuartet(left.recencyDaysCuts, right.recencyDaysCuts) &&
    sameQuartet(left.frequencyCuts, right.frequencyCuts) &&
    sameQuartet(left.monetaryMinorCuts, right.monetaryMinorCuts) &&
    left.tierHighMinor === right.tierHighMinor &&
    left.tierMidMinor === right.tierMidMinor
  );
}

function toQuartet(cuts: readonly number[]): Quartet {
  const [first, second, third, fourth] = cuts;
  if (first === undefined || second === undefined || third === undefined || fourth === undefined) {
    throw new Error('A population is parted into five by four cuts.');
  }
  return [first, second, third, fourth];
}

function sameQuartet(left: Quartet, right: Quartet): boolean {
  return left.every((cut, index) => cut === right[index]);
}
