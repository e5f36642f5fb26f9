import { contributionsOf, probabilityActive } from '../facts/activity.rules';
import type { ActivityFit } from '../facts/activity-fit';
import { factDefinition, isFactName } from '../facts/facts';
import type { History } from '../facts/history';
import type { Calibration } from '../models/calibration';
import type { CompiledModel } from '../stage/compiled';
import { churnRisk, patienceDays } from '../stage/stage.rules';

/** What raises or lowers the churn risk of a customer. */
export interface ChurnDriver {
  readonly fact: string;
  /** Null where the fact says nothing yet, which can be telling, too. */
  readonly value: number | null;
  /** In log-odds of being lost: positive raises the risk, 0.7 doubles the odds. */
  readonly weight: number;
}

export interface ChurnRisk {
  /** 0 … 1. */
  readonly risk: number;
  /** Within the horizon of the fit; null where there is none. */
  readonly probabilityActive: number | null;
  /** The strongest first. */
  readonly drivers: readonly ChurnDriver[];
}

/** A silence of less has no logarithm worth having. */
const SILENCE_DAYS_MIN = 0.5;

/**
 * The churn risk of somebody who has done something: what is missing to certainty that they will be
 * active, where that was fitted; else the rule silence / (silence + patience).
 */
export function churnRiskOf(
  history: History,
  compiled: CompiledModel,
  calibration: Calibration | null,
): ChurnRisk {
  const fit = calibration?.activityFit ?? null;
  return fit === null ? byRule(history, compiled) : byFit(history, fit);
}

/** The drivers say how the customer differs from one who is average in everything. */
function byFit(history: History, fit: ActivityFit): ChurnRisk {
  const probability = probabilityActive(history, fit) as number;
  const drivers = contributionsOf(history, fit).map(({ fact, logOdds }) =>
    driver(history, fact, -logOdds),
  );
  return {
    risk: 1 - probability,
    probabilityActive: probability,
    drivers: strongestFirst(drivers),
  };
}

/** The drivers say how the silence, and the patience, differ from the patience with a stranger. */
function byRule(history: History, { model, measures }: CompiledModel): ChurnRisk {
  const silence = Math.max(history.today - history.series('active').last, 0);
  const patience = patienceDays(history.cadenceDays, model);
  const usual = patienceDays(measures.typicalCadenceDays, model);
  const drivers = [
    driver(history, 'silenceDays', Math.log(Math.max(silence, SILENCE_DAYS_MIN) / usual)),
    driver(history, 'cadenceDays', -Math.log(patience / usual)),
  ];
  return {
    risk: churnRisk(silence, patience),
    probabilityActive: null,
    drivers: strongestFirst(drivers),
  };
}

function driver(history: History, fact: string, weight: number): ChurnDriver {
  if (!isFactName(fact)) throw new Error(`There is no fact ${fact}.`);
  return { fact, value: factDefinition(fact).value(history), weight };
}

/** Without those that change nothing. */
function strongestFirst(drivers: readonly ChurnDriver[]): readonly ChurnDriver[] {
  return drivers
    .filter(({ weight }) => weight !== 0)
    .sort((left, right) => Math.abs(right.weight) - Math.abs(left.weight));
}
