import { factNames } from '../facts/facts';
import { keptQuantiles } from './calibration';
import { CONDITIONS_MAX, comparisonOperators, RULES_MAX, STAGES_MAX } from './model';

/** Days that things take. Less than a quarter of an hour would make numbers that no one can read. */
const days = { type: 'number', minimum: 0.01, maximum: 36_500 };
const cadences = { type: 'number', minimum: 0.01, maximum: 1000 };
/** Beyond these, numbers of JSON are no longer exact. */
const number = {
  type: 'number',
  minimum: -Number.MAX_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER,
};
const stageName = { type: 'string', pattern: '^[A-Z][A-Z0-9_]{0,63}$' };
/** One line of text, without what cannot be stored or shown. */
const description = { type: 'string', maxLength: 500, pattern: '^[^\\p{Cc}\\p{Cs}]*$' };

function object(properties: Readonly<Record<string, unknown>>, optional: readonly string[] = []) {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required, additionalProperties: false };
}

function list(items: unknown, maxItems: number, minItems = 0) {
  return { type: 'array', items, minItems, maxItems };
}

/** One of three, so that a fault is told of the one that was meant. */
const relative = {
  ...object(
    {
      ownCadences: cadences,
      populationCadences: cadences,
      quantile: { enum: keptQuantiles },
      uncalibrated: number,
      atLeast: number,
      atMost: number,
    },
    ['ownCadences', 'populationCadences', 'quantile', 'uncalibrated', 'atLeast', 'atMost'],
  ),
  oneOf: [
    { required: ['ownCadences'] },
    { required: ['populationCadences'] },
    { required: ['quantile'] },
  ],
  dependentRequired: { populationCadences: ['uncalibrated'], quantile: ['uncalibrated'] },
  dependentSchemas: { ownCadences: { properties: { uncalibrated: false } } },
};

// biome-ignore lint/suspicious/noThenProperty: the word is that of JSON Schema.
const threshold = { ...number, type: ['number', 'object'], if: { type: 'object' }, then: relative };

const condition = object({
  fact: { enum: factNames },
  op: { enum: comparisonOperators },
  threshold,
});

// A rule without conditions would apply to everybody, so that those after it never did.
const conditions = list(condition, CONDITIONS_MAX, 1);

/**
 * The form of a lifecycle model document, as JSON Schema (draft 2020-12). Closed and not recursive:
 * whatever fits it is small. Whether it makes sense is asked after that.
 */
export const lifecycleModelSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Lifecycle model',
  ...object({
    stages: list(object({ name: stageName, description }), STAGES_MAX, 1),
    rules: list(object({ stage: stageName, when: conditions }), RULES_MAX),
    otherwise: object({ stage: stageName, explainedBy: list(condition, CONDITIONS_MAX) }),
    atRisk: list(object({ when: conditions }), RULES_MAX),
    lostStages: { ...list(stageName, STAGES_MAX), uniqueItems: true },
    typicalCadenceDays: days,
    occasionDays: { type: 'integer', minimum: 0, maximum: 365 },
    emotionHalfLifeDays: days,
    patience: object({ cadences, daysMin: days, daysMax: days }),
  }),
};
