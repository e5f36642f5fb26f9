import type { ActivityDay } from '../../activity';
import type { FactDefinition } from './fact-kinds';
import { behaviourFacts } from './facts.behaviour';
import { emotionFacts } from './facts.emotion';
import { predictionFacts } from './facts.prediction';
import { socialFacts } from './facts.social';
import { valueFacts } from './facts.value';
import { History, type Measures } from './history';

/**
 * Every fact a lifecycle model may name. Windows end with, and include, the day of the instant
 * they are asked for. A day is active when the customer did anything at all on it.
 */
export const factDefinitions = {
  ...behaviourFacts,
  ...valueFacts,
  ...socialFacts,
  ...emotionFacts,
  ...predictionFacts,
};

export type FactName = keyof typeof factDefinitions;

export const factNames = Object.keys(factDefinitions) as readonly FactName[];

export function isFactName(name: string): name is FactName {
  return Object.hasOwn(factDefinitions, name);
}

export function factDefinition(name: FactName): FactDefinition {
  return factDefinitions[name];
}

/** The value of each fact at one instant; null where a fact says nothing yet. */
export type Facts = (fact: FactName) => number | null;

/**
 * The facts of a customer as of an instant.
 * @param days in any order, one entry per day; days that begin after `asOf` are not seen
 * @returns null before the first active day
 */
export function factsAt(
  days: readonly ActivityDay[],
  measures: Measures,
  asOf: Date,
): Facts | null {
  const history = History.at(days, measures, asOf);
  return history.isBegun ? factsOf(history) : null;
}

export function factsOf(history: History): Facts {
  return (fact) => factDefinition(fact).value(history);
}
