import { deepFreeze } from '../../shared/deep-freeze';
import { InvalidLifecycleModel } from './lifecycle.errors';
import { type FactName, isFactName } from './lifecycle.facts';

export const comparisonOperators = ['GTE', 'GT', 'LTE', 'LT'] as const;

/** At least, more than, at most, less than. */
export type ComparisonOperator = (typeof comparisonOperators)[number];

/** Holds where the fact compares so with the threshold; never where the fact says nothing yet. */
export interface Condition {
  readonly fact: FactName;
  readonly op: ComparisonOperator;
  /** In the unit of the fact. */
  readonly threshold: number;
}

/** Puts a customer for whom all conditions hold into the stage. */
export interface StageRule {
  readonly stage: string;
  readonly when: readonly Condition[];
}

/**
 * How a company cuts its customers' lives into stages: a document, not code. The first rule that
 * applies decides.
 */
export interface LifecycleModel {
  readonly name: string;
  /** Every change of the document is a new version. From 1. */
  readonly version: number;
  /** In the order of a customer's life; everybody begins in the first. At most 16. */
  readonly stages: readonly { readonly name: string; readonly description: string }[];
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
  /** Stands in for an own cadence that is not known yet. Days. */
  readonly typicalCadenceDays: number;
  /** The silence at which the churn risk is one half: cadences, kept between two bounds in days. */
  readonly patience: {
    readonly cadences: number;
    readonly daysMin: number;
    readonly daysMax: number;
  };
}

export const STAGES_MAX = 16;
const CONDITIONS_MAX = 16;
const RULES_MAX = 64;

/**
 * The model, frozen.
 * @throws InvalidLifecycleModel naming every fault, where the document could leave a customer
 *   without a stage, or says what cannot be understood
 */
export function validateModel(document: LifecycleModel): LifecycleModel {
  const faults = [
    ...faultsOfHead(document),
    ...faultsOfStages(document),
    ...faultsOfConditions(document),
  ];
  if (faults.length > 0) throw new InvalidLifecycleModel(document.name, faults);
  return deepFreeze(document);
}

function faultsOfHead(model: LifecycleModel): string[] {
  const faults: string[] = [];
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(model.name)) {
    faults.push('name: must be lower-case letters, digits and hyphens, 64 at most');
  }
  if (!Number.isSafeInteger(model.version) || model.version < 1) {
    faults.push('version: must be a whole number from 1');
  }
  if (!isPositive(model.typicalCadenceDays)) {
    faults.push('typicalCadenceDays: must be above 0');
  }
  const { cadences, daysMin, daysMax } = model.patience;
  if (!isPositive(cadences)) faults.push('patience.cadences: must be above 0');
  if (!isPositive(daysMin) || !Number.isFinite(daysMax) || daysMax < daysMin) {
    faults.push('patience: daysMin must be above 0, and daysMax no less');
  }
  return faults;
}

function faultsOfStages(model: LifecycleModel): string[] {
  const faults: string[] = [];
  const names = model.stages.map((stage) => stage.name);
  const reached = new Set([model.otherwise.stage, ...model.rules.map((rule) => rule.stage)]);
  if (names.length < 1 || names.length > STAGES_MAX) {
    faults.push(`stages: must be 1 to ${STAGES_MAX}`);
  }
  names.forEach((name, index) => {
    if (!/^[A-Z][A-Z0-9_]{0,63}$/.test(name)) {
      faults.push(`stages: ${name} must be upper-case letters, digits and underscores`);
    }
    if (names.indexOf(name) < index) faults.push(`stages: ${name} is there twice`);
    if (!reached.has(name)) faults.push(`stages: no rule leads to ${name}`);
  });
  for (const name of [...reached, ...model.lostStages]) {
    if (!names.includes(name)) faults.push(`stages: ${name} is used and not declared`);
  }
  return faults;
}

function faultsOfConditions(model: LifecycleModel): string[] {
  const faults: string[] = [];
  if (model.rules.length > RULES_MAX) faults.push(`rules: must be ${RULES_MAX} at most`);
  if (model.atRisk.length > RULES_MAX) faults.push(`atRisk: must be ${RULES_MAX} at most`);
  const groups: [string, readonly Condition[]][] = [
    ...model.rules.map((rule, index): [string, readonly Condition[]] => [
      `rules[${index}].when`,
      rule.when,
    ]),
    ...model.atRisk.map((rule, index): [string, readonly Condition[]] => [
      `atRisk[${index}].when`,
      rule.when,
    ]),
  ];
  for (const [place, conditions] of groups) {
    // A rule without conditions applies to everybody, so that those after it never would.
    if (conditions.length === 0) faults.push(`${place}: must have a condition`);
  }
  groups.push(['otherwise.explainedBy', model.otherwise.explainedBy]);
  for (const [place, conditions] of groups) {
    if (conditions.length > CONDITIONS_MAX) {
      faults.push(`${place}: must be ${CONDITIONS_MAX} conditions at most`);
    }
    conditions.forEach((condition, index) => {
      faults.push(...faultsOfCondition(`${place}[${index}]`, condition));
    });
  }
  return faults;
}

function faultsOfCondition(place: string, { fact, op, threshold }: Condition): string[] {
  const faults: string[] = [];
  if (!isFactName(fact)) faults.push(`${place}: unknown fact ${String(fact)}`);
  if (!comparisonOperators.includes(op)) faults.push(`${place}: unknown operator ${String(op)}`);
  if (!Number.isFinite(threshold)) faults.push(`${place}: the threshold must be a number`);
  return faults;
}

function isPositive(value: number): boolean {
  return Number.isFinite(value) && value > 0;
}

/**
 * The default cut of a customer's life. Lengths and rates follow the literature on user lifecycle
 * management: acquisition 1 to 4 weeks, exploration 2 to 8, growth 3 to 6 months, maturity 6 to
 * 12 months and longer, churn the last 1 to 3 months; a fall of more than 30 % in frequency is a
 * warning. Customers move up by what they do and out by silence: coming back lifts them out of
 * CHURN at once, to where their history puts them. Each stage has a rule for buyers and one for
 * customers who only use, not buy.
 */
export const fiveStageModel = validateModel({
  name: 'five-stage',
  version: 1,
  stages: [
    {
      name: 'ACQUISITION',
      description: 'New: in the first four weeks, and has not come back yet.',
    },
    { name: 'EXPLORATION', description: 'Trying: came back, or is past the first four weeks.' },
    { name: 'GROWTH', description: 'Forming a habit: keeps coming back past the first 8 weeks.' },
    { name: 'MATURITY', description: 'Settled: a habit kept up for half a year and longer.' },
    { name: 'CHURN', description: 'Gone: silent for far longer than this customer usually is.' },
  ],
  rules: [
    {
      stage: 'CHURN',
      when: [
        { fact: 'silenceDays', op: 'GTE', threshold: 90 },
        { fact: 'silenceInCadences', op: 'GTE', threshold: 3 },
      ],
    },
    { stage: 'CHURN', when: [{ fact: 'silenceDays', op: 'GTE', threshold: 180 }] },
    {
      stage: 'MATURITY',
      when: [
        { fact: 'activeSpanDays', op: 'GTE', threshold: 180 },
        { fact: 'orderDays365', op: 'GTE', threshold: 4 },
      ],
    },
    {
      stage: 'MATURITY',
      when: [
        { fact: 'activeSpanDays', op: 'GTE', threshold: 180 },
        { fact: 'activeDays365', op: 'GTE', threshold: 24 },
      ],
    },
    {
      stage: 'GROWTH',
      when: [
        { fact: 'activeSpanDays', op: 'GTE', threshold: 56 },
        { fact: 'orderDays', op: 'GTE', threshold: 3 },
      ],
    },
    {
      stage: 'GROWTH',
      when: [
        { fact: 'activeSpanDays', op: 'GTE', threshold: 56 },
        { fact: 'activeDays', op: 'GTE', threshold: 8 },
      ],
    },
    { stage: 'EXPLORATION', when: [{ fact: 'orderDays', op: 'GTE', threshold: 2 }] },
    {
      stage: 'EXPLORATION',
      when: [
        { fact: 'tenureDays', op: 'GTE', threshold: 14 },
        { fact: 'activeDays', op: 'GTE', threshold: 3 },
      ],
    },
    { stage: 'EXPLORATION', when: [{ fact: 'tenureDays', op: 'GTE', threshold: 28 }] },
  ],
  otherwise: {
    stage: 'ACQUISITION',
    explainedBy: [
      { fact: 'tenureDays', op: 'LT', threshold: 28 },
      { fact: 'orderDays', op: 'LT', threshold: 2 },
    ],
  },
  // Few days to compare with make any change look large, so a window counts only from a floor on.
  atRisk: [
    {
      when: [
        { fact: 'activeDaysBefore30', op: 'GTE', threshold: 8 },
        { fact: 'frequencyChange30', op: 'LT', threshold: -0.3 },
      ],
    },
    {
      when: [
        { fact: 'activeDaysBefore90', op: 'GTE', threshold: 4 },
        { fact: 'frequencyChange90', op: 'LT', threshold: -0.3 },
      ],
    },
  ],
  lostStages: ['CHURN'],
  typicalCadenceDays: 30,
  patience: { cadences: 3, daysMin: 90, daysMax: 180 },
});
