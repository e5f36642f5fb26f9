import type { FactName } from '../facts/facts';

export const comparisonOperators = ['GTE', 'GT', 'LTE', 'LT'] as const;

/** At least, more than, at most, less than. */
export type ComparisonOperator = (typeof comparisonOperators)[number];

/** Kept between two bounds, in the unit of the fact; unbounded where left out. */
interface Bounds {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** So many times the customer's own cadence, or the typical one while it is unknown. */
export interface OwnCadences extends Bounds {
  readonly ownCadences: number;
}

/** So many times the median cadence of all customers. */
export interface PopulationCadences extends Bounds {
  readonly populationCadences: number;
  /** Stands in while nothing is calibrated. */
  readonly uncalibrated: number;
}

/** What this part of all customers does not exceed, of the same fact. */
export interface PopulationQuantile extends Bounds {
  /** 0 … 1 in steps of 0.05. */
  readonly quantile: number;
  readonly uncalibrated: number;
}

/** What a fact is compared with: a number in its unit, or one that is somebody's own. */
export type Threshold = number | OwnCadences | PopulationCadences | PopulationQuantile;

/** Holds where the fact compares so with the threshold; never where the fact says nothing yet. */
export interface Condition {
  readonly fact: FactName;
  readonly op: ComparisonOperator;
  readonly threshold: Threshold;
}

/** Puts a customer for whom all conditions hold into the stage. */
export interface StageRule {
  readonly stage: string;
  readonly when: readonly Condition[];
}

export interface Stage {
  readonly name: string;
  readonly description: string;
}

/**
 * How a company cuts its customers' lives into stages: a document, not code. The first rule that
 * applies decides.
 */
export interface LifecycleModelDocument {
  /** In the order of a customer's life; everybody begins in the first. At most 16. */
  readonly stages: readonly Stage[];
  readonly rules: readonly StageRule[];
  /**
   * Where no rule applies. The conditions explain and do not decide: those that hold become the
   * reasons.
   */
  readonly otherwise: { readonly stage: string; readonly explainedBy: readonly Condition[] };
  /** A customer is at risk where all conditions of any one of these hold, save in `lostStages`. */
  readonly atRisk: readonly { readonly when: readonly Condition[] }[];
  /** Stages of customers who are gone: to warn of their leaving is too late. */
  readonly lostStages: readonly string[];
  /** Stands in for an own cadence that is not known yet. Days, above 0. */
  readonly typicalCadenceDays: number;
  /** Active days that follow each other by no more are one occasion. Days, from 0. */
  readonly occasionDays: number;
  /** After this long what a customer told counts half. Days, above 0. */
  readonly emotionHalfLifeDays: number;
  /** The silence at which the churn risk is one half: cadences, kept between two bounds in days. */
  readonly patience: {
    readonly cadences: number;
    readonly daysMin: number;
    readonly daysMax: number;
  };
}

/** A document under its name. */
export interface LifecycleModel extends LifecycleModelDocument {
  /** Lower-case letters, digits and hyphens, 64 at most. */
  readonly name: string;
  /** Every change of the document is a new version. From 1. */
  readonly version: number;
}

export const STAGES_MAX = 16;
export const CONDITIONS_MAX = 16;
export const RULES_MAX = 64;

/** Where everybody begins, and whoever has not done anything yet is. */
export function initialStage({ stages, otherwise }: LifecycleModelDocument): string {
  return stages[0]?.name ?? otherwise.stage;
}

export function modelOf(
  name: string,
  version: number,
  document: LifecycleModelDocument,
): LifecycleModel {
  return { name, version, ...document };
}
