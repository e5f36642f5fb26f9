import { InvalidLifecycleModel } from './lifecycle.errors';
import { fiveStageModel, type LifecycleModel, validateModel } from './lifecycle.models';

const sound: LifecycleModel = {
  name: 'two-stage',
  version: 1,
  stages: [
    { name: 'HERE', description: 'Here.' },
    { name: 'GONE', description: 'Gone.' },
  ],
  rules: [{ stage: 'GONE', when: [{ fact: 'silenceDays', op: 'GTE', threshold: 30 }] }],
  otherwise: { stage: 'HERE', explainedBy: [] },
  atRisk: [],
  lostStages: ['GONE'],
  typicalCadenceDays: 30,
  patience: { cadences: 3, daysMin: 60, daysMax: 180 },
};

function faultsOf(document: unknown): readonly string[] {
  try {
    validateModel(document as LifecycleModel);
  } catch (error) {
    if (error instanceof InvalidLifecycleModel) return error.details['faults'] as string[];
    throw error;
  }
  return [];
}

describe('validateModel', () => {
  test('takes a sound model and freezes all of it', () => {
    const model = validateModel(structuredClone(sound));
    expect(model).toEqual(sound);
    expect(Object.isFrozen(model.rules[0]?.when[0])).toBe(true);
  });

  test('the default model has the five stages, in the order of a life', () => {
    expect(fiveStageModel.stages.map((stage) => stage.name)).toEqual([
      'ACQUISITION',
      'EXPLORATION',
      'GROWTH',
      'MATURITY',
      'CHURN',
    ]);
  });

  const condition = { fact: 'silenceDays', op: 'GTE', threshold: 1 };
  test.each<[string, object, string]>([
    ['a name of another form', { name: 'Two Stage' }, 'name: must be lower-case'],
    ['a version of 0', { version: 0 }, 'version: must be'],
    ['no cadence', { typicalCadenceDays: 0 }, 'typicalCadenceDays: must be above 0'],
    ['no patience', { patience: { cadences: 0, daysMin: 60, daysMax: 180 } }, 'patience.cadences'],
    ['patience upside down', { patience: { cadences: 3, daysMin: 9, daysMax: 8 } }, 'patience: '],
    ['no stages', { stages: [] }, 'stages: must be 1 to 16'],
    [
      'seventeen stages',
      { stages: [...Array(17).keys()].map((n) => ({ name: `S${n}`, description: '' })) },
      'stages: must be 1 to 16',
    ],
    ['a stage twice', { stages: [...sound.stages, ...sound.stages] }, 'HERE is there twice'],
    ['a stage of another form', { stages: [{ name: 'here' }] }, 'here must be upper-case'],
    [
      'a stage nobody gets to',
      { stages: [...sound.stages, { name: 'LIMBO' }] },
      'no rule leads to LIMBO',
    ],
    ['an undeclared stage', { otherwise: { stage: 'LIMBO', explainedBy: [] } }, 'LIMBO is used'],
    ['an undeclared lost stage', { lostStages: ['LIMBO'] }, 'LIMBO is used'],
    [
      'a rule for everybody',
      { rules: [{ stage: 'GONE', when: [] }] },
      'rules[0].when: must have a condition',
    ],
    ['a warning for everybody', { atRisk: [{ when: [] }] }, 'atRisk[0].when: must have'],
    [
      'an unknown fact',
      { atRisk: [{ when: [{ ...condition, fact: 'toString' }] }] },
      'atRisk[0].when[0]: unknown fact toString',
    ],
    [
      'an unknown operator',
      { rules: [{ stage: 'GONE', when: [condition, { ...condition, op: 'EQ' }] }] },
      'rules[0].when[1]: unknown operator EQ',
    ],
    [
      'a threshold that is no number',
      {
        otherwise: {
          stage: 'HERE',
          explainedBy: [{ ...condition, threshold: Number.NaN }],
        },
      },
      'otherwise.explainedBy[0]: the threshold',
    ],
    [
      'too many conditions',
      { rules: [{ stage: 'GONE', when: Array(17).fill(condition) }] },
      'rules[0].when: must be 16 conditions at most',
    ],
    ['too many rules', { rules: Array(65).fill(sound.rules[0]) }, 'rules: must be 64 at most'],
  ])('refuses %s', (_, change, expected) => {
    expect(faultsOf({ ...sound, ...change })).toContainEqual(expect.stringContaining(expected));
  });

  test('names all faults at once', () => {
    const faults = faultsOf({ ...sound, version: 0.5, rules: [{ stage: 'AWAY', when: [] }] });
    expect(faults).toEqual([
      'version: must be a whole number from 1',
      'stages: no rule leads to GONE',
      'stages: AWAY is used and not declared',
      'rules[0].when: must have a condition',
    ]);
  });
});
