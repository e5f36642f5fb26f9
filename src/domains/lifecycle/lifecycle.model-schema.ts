import { keptQuantiles } from './lifecycle.calibration';
import { factNames } from './lifecycle.facts';
import { CONDITIONS_MAX, comparisonOperators, RULES_MAX, STAGES_MAX } from './lifecycle.model';

const aboveZero = { type: 'number', exclusiveMinimum: 0, maximum: 36_500 };
const stageName = { type: 'string', pattern: '^[A-Z][A-Z0-9_]{0,63}$' };
const description = { type: 'string', maxLength: 500 };
const bounds = { atLeast: { type: 'number' }, atMost: { type: 'number' } };

function object(properties: Readonly<Record<string, unknown>>, optional: readonly string[] = []) {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required, additionalProperties: false };
}

function list(items: unknown, maxItems: number, minItems = 0) {
  return { type: 'array', items, minItems, maxItems };
}

const threshold = {
  anyOf: [
    { type: 'number' },
    object({ ownCadences: aboveZero, ...bounds }, ['atLeast', 'atMost']),
    object({ populationCadences: aboveZero, uncalibrated: { type: 'number' }, ...bounds }, [
      'atLeast',
      'atMost',
    ]),
    object(
      {
        quantile: { enum: keptQuantiles },
        uncalibrated: { type: 'number' },
        ...bounds,
      },
      ['atLeast', 'atMost'],
    ),
  ],
};

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
    typicalCadenceDays: aboveZero,
    occasionDays: { type: 'integer', minimum: 0, maximum: 365 },
    emotionHalfLifeDays: aboveZero,
    patience: object({ cadences: aboveZero, daysMin: aboveZero, daysMax: aboveZero }),
  }),
};
