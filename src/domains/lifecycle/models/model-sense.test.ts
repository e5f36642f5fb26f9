import fc from 'fast-check';
import { instant } from '../../../../test/support/lifecycle';
import { someCalibration, someHistory } from '../../../../test/support/lifecycle-histories';
import { soundDocument } from '../../../../test/support/lifecycle-models';
import { MS_PER_DAY } from '../../../shared/days';
import { type FactName, factDefinition, factNames } from '../facts/facts';
import { History } from '../facts/history';
import { compileModel } from '../stage/compiled';
import { evaluate, holds } from '../stage/stage.rules';
import { keptQuantiles } from './calibration';
import {
  type Condition,
  comparisonOperators,
  type LifecycleModelDocument,
  modelOf,
  type Threshold,
} from './model';
import { readModelDocument } from './model-document';
import { faultsOfSense } from './model-sense.rules';

/** `silenceDays >= 3`, a condition as short as it can be written. */
function condition(text: string): Condition {
  const [fact, sign, value] = text.split(' ') as [FactName, string, string];
  const op = { '>=': 'GTE', '>': 'GT', '<=': 'LTE', '<': 'LT' } as const;
  return { fact, op: op[sign as keyof typeof op], threshold: thresholdOf(value) };
}

/** `3`, `3c` own cadences, `3p` cadences of all customers, or `q0.8`. */
function thresholdOf(value: string): Threshold {
  if (value.startsWith('q')) return { quantile: Number(value.slice(1)), uncalibrated: 5 };
  const number = Number.parseFloat(value);
  if (value.endsWith('c')) return { ownCadences: number };
  return value.endsWith('p') ? { populationCadences: number, uncalibrated: 30 * number } : number;
}

const list = (text: string) => text.split(', ').map(condition);

/** Rules that lead to S0, S1 …, and S-REST for whoever is left. */
function ruled(rules: readonly string[], change: Partial<LifecycleModelDocument> = {}) {
  const names = ['REST', ...rules.map((_, index) => `S${index}`)];
  return {
    ...soundDocument,
    stages: names.map((name) => ({ name, description: '' })),
    rules: rules.map((when, index) => ({ stage: `S${index}`, when: list(when) })),
    otherwise: { stage: 'REST', explainedBy: [] },
    lostStages: [],
    ...change,
  } satisfies LifecycleModelDocument;
}

describe('conditions that contradict each other', () => {
  test.each<[string, string]>([
    ['silenceDays >= 30, silenceDays < 30', 'silenceDays ≥ 30 and silenceDays < 30'],
    ['silenceDays > 30, activeDays > 1, silenceDays < 20', 'silenceDays > 30 and silenceDays < 20'],
    ['orderDays > 2, orderDays < 3', 'orderDays > 2 and orderDays < 3'],
    ['activeDays7 > 7', 'activeDays7 > 7 never holds'],
    ['activeDays < 1', 'activeDays < 1 never holds'],
    ['orderDays90 >= 91', 'orderDays90 ≥ 91 never holds'],
    ['nps365 > 100', 'nps365 > 100 never holds'],
    ['frequencyChange30 < -1', 'frequencyChange30 < -1 never holds'],
    ['activeDays30 >= 5, activeDays90 < 5', 'activeDays30 ≥ 5 and activeDays90 < 5'],
    ['activeDays7 >= 5, activeDays <= 4', 'activeDays7 ≥ 5 and activeDays ≤ 4'],
    ['silenceDays >= 60, tenureDays < 60', 'silenceDays ≥ 60 and tenureDays < 60'],
    ['activeSpanDays > 60, tenureDays < 61', 'activeSpanDays > 60 and tenureDays < 61'],
    ['orderSilenceDays >= 9, tenureDays <= 8', 'orderSilenceDays ≥ 9 and tenureDays ≤ 8'],
    ['revenue30 > 100, revenue <= 100', 'revenue30 > 100 and revenue ≤ 100'],
    // Where there is no day before there is no change.
    [
      'activeDaysBefore30 < 1, frequencyChange30 < 0',
      'activeDaysBefore30 < 1 and frequencyChange30',
    ],
    ['cadenceDays > 5, activeDays <= 2', 'cadenceDays > 5 and activeDays ≤ 2'],
    ['silenceDays >= 3c, silenceDays < 3c', 'silenceDays ≥ 3 own cadences and silenceDays < 3 own'],
    ['silenceDays >= 3c, silenceDays < 2c', 'silenceDays ≥ 3 own cadences and silenceDays < 2 own'],
    ['silenceDays > 3p, tenureDays <= 2p', 'silenceDays > 3 cadences of all customers and tenure'],
    ['orders >= q0.8, orders < q0.5', 'orders ≥ the 0.8 quantile and orders < the 0.5 quantile'],
    ['nps365 < q0', ''],
  ])('%s', (when, expected) => {
    const faults = faultsOfSense(ruled([when]));
    if (expected === '') return expect(faults).toEqual([]);
    expect(faults[0]).toMatch(/^rules\[0\]\.when: .*never holds?( together)?$/);
    expect(faults[0]).toContain(expected);
    expect(faults[1]).toBe('stages[1]: nobody can get to S0');
  });

  test.each([
    'silenceDays >= 30, silenceDays <= 30',
    'silenceInCadences > 2, silenceInCadences < 3',
    'orderDays > 2, orderDays < 4',
    'activeDays90 >= 5, activeDays30 < 5',
    'activeDays30 >= 5, activeDays90 <= 5',
    'activeSpanDays >= 60, silenceDays >= 60, tenureDays <= 120',
    'silenceDays >= 2c, silenceDays < 3c',
    'silenceDays >= 3c, silenceDays <= 3c',
    'silenceDays >= 3c, silenceDays < 2p',
    'silenceDays >= 3c, silenceDays < 1',
    'orders >= q0.5, orders < q0.8',
    'orders >= q0.8, orderDays < q0.5',
    'orderSilenceDays >= 30, silenceDays < 30',
  ])('none in %s', (when) => {
    expect(faultsOfSense(ruled([when]))).toEqual([]);
  });

  test('in a warning as well, but not in what explains: that holds or is left out', () => {
    const when = list('silenceDays >= 30, silenceDays < 30');
    expect(faultsOfSense({ ...soundDocument, atRisk: [{ when }] })).toEqual([
      'atRisk[0].when: silenceDays ≥ 30 and silenceDays < 30 never hold together',
    ]);
    const otherwise = { stage: 'HERE', explainedBy: when };
    expect(faultsOfSense({ ...soundDocument, otherwise })).toEqual([]);
  });
});

describe('rules that never decide', () => {
  test.each<[readonly string[], string]>([
    [['silenceDays >= 30', 'silenceDays >= 60'], 'rules[1]: never decides: rules[0]'],
    [['silenceDays >= 30', 'silenceDays > 29'], 'rules[1]: never decides: rules[0]'],
    [['activeDays >= 3', 'orders > 1', 'orderDays >= 3'], 'rules[2]: never decides: rules[0]'],
    [['tenureDays >= 30', 'activeSpanDays >= 30, nps365 > 5'], 'rules[1]: never decides: rules[0]'],
    [['silenceDays >= 2c', 'silenceDays >= 3c, orders > 3'], 'rules[1]: never decides: rules[0]'],
    [['activeDays90 >= 1', 'frequencyChange30 > 1'], 'rules[1]: never decides: rules[0]'],
    [
      ['orders < 5', 'tenureDays < 9', 'orders >= 5, tenureDays < 5'],
      'rules[2]: never decides: rules[1]',
    ],
    [
      ['orders < 5', 'tenureDays < 9', 'orders >= 5', 'tenureDays >= 20'],
      'rules[3]: never decides: rules[0] or rules[2] applies wherever it does',
    ],
    [
      ['orders < 5, tenureDays < 9', 'orders >= 5, tenureDays < 9', 'tenureDays < 7'],
      'rules[2]: never decides: rules[0] or rules[1] applies wherever it does',
    ],
    [['activeDays >= 1'], 'otherwise: never decides: rules[0] applies to everybody'],
    [['silenceDays >= 0', 'orders > 1'], 'otherwise: never decides: rules[0] applies to everybody'],
    [
      ['silenceDays < 30', 'orders > 4', 'tenureDays >= 30'],
      'otherwise: never decides: rules[0] or rules[2] applies to everybody',
    ],
    [
      ['silenceDays < 2c', 'silenceDays >= 2c'],
      'otherwise: never decides: rules[0] or rules[1] applies to everybody',
    ],
  ])('%j', (rules, expected) => {
    const faults = faultsOfSense(ruled(rules));
    expect(faults).toContainEqual(expect.stringContaining(expected));
    expect(faults).toContainEqual(expect.stringMatching(/^stages\[\d\]: nobody can get to/));
  });

  test.each<[readonly string[]]>([
    [['silenceDays >= 60', 'silenceDays >= 30']],
    [['silenceDays >= 30, orders > 1', 'silenceDays >= 60']],
    [['activeDays30 >= 3', 'activeDays90 >= 3']],
    // Who answered nothing is in neither.
    [['nps365 >= 0', 'nps365 < 0']],
    [['cadenceDays >= 1', 'cadenceDays < 1', 'orders > 1']],
    [['silenceDays >= 3c', 'silenceDays >= 3p']],
    [['silenceInCadences < 2', 'silenceInCadences > 2']],
  ])('none in %j', (rules) => {
    expect(faultsOfSense(ruled(rules))).toEqual([]);
  });

  test('a stage counts as reached where one of its rules decides', () => {
    const rules = [
      { stage: 'GONE', when: list('silenceDays >= 30') },
      { stage: 'GONE', when: list('silenceDays >= 60') },
    ];
    expect(faultsOfSense({ ...soundDocument, rules })).toEqual([
      'rules[1]: never decides: rules[0] applies wherever it does',
    ]);
  });

  test.each<[string, string]>([
    ['silenceDays >= 30', 'atRisk[0]: never warns: whoever it applies to is in one of lostStages'],
    ['silenceDays >= 40, orders > 1', 'atRisk[0]: never warns'],
    ['silenceDays >= 29', ''],
    ['orders > 1', ''],
  ])('whoever is gone is not warned of: %s', (warning, expected) => {
    const faults = faultsOfSense({ ...soundDocument, atRisk: [{ when: list(warning) }] });
    if (expected === '') expect(faults).toEqual([]);
    else expect(faults).toEqual([expect.stringContaining(expected)]);
  });

  test('nor is somebody warned of twice', () => {
    const atRisk = [{ when: list('orders > 1') }, { when: list('orders > 2') }];
    expect(faultsOfSense({ ...soundDocument, atRisk })).toEqual([
      'atRisk[1]: never decides: atRisk[0] applies wherever it does',
    ]);
  });
});

describe('names', () => {
  test.each<[string, Partial<LifecycleModelDocument>, string]>([
    [
      'a stage twice',
      { stages: [...soundDocument.stages, ...soundDocument.stages] },
      'stages[2].name: HERE is there twice',
    ],
    [
      'a stage no rule leads to',
      { stages: [...soundDocument.stages, { name: 'LIMBO', description: '' }] },
      'stages[2]: no rule leads to LIMBO',
    ],
    [
      'a rule into nowhere',
      { rules: [...soundDocument.rules, { stage: 'LIMBO', when: list('orders > 1') }] },
      'rules[1].stage: LIMBO is not among the stages',
    ],
    [
      'nowhere for whoever is left',
      { otherwise: { stage: 'LIMBO', explainedBy: [] } },
      'otherwise.stage: LIMBO is not among the stages',
    ],
    ['a lost nowhere', { lostStages: ['LIMBO'] }, 'lostStages[0]: LIMBO is not among the stages'],
  ])('refuses %s', (_, change, expected) => {
    expect(faultsOfSense({ ...soundDocument, ...change })).toContain(expected);
  });
});

test('is soon done with the largest and most entangled models', () => {
  const { conditions, pick } = entangled();
  const rules = Array.from({ length: 64 }, (_, index) => ({
    stage: index % 2 === 0 ? 'HERE' : 'GONE',
    when: Array.from({ length: 16 }, (_, place) => conditions[pick(index, place)] as Condition),
  }));
  const model = { ...soundDocument, rules, atRisk: rules.map(({ when }) => ({ when })) };
  const started = process.cpuUsage();
  faultsOfSense(model);
  // Of the processor's time: a clock would tell of the machine.
  expect(process.cpuUsage(started).user / 1000).toBeLessThan(1500);
});

/** Few facts and many thresholds, so that nearly everything has to do with everything. */
function entangled() {
  const facts = factNames.filter((fact) => factDefinition(fact).unit === 'COUNT');
  const conditions = facts.flatMap((fact, place) => [
    { fact, op: 'GTE', threshold: place % 5 } as const,
    { fact, op: 'LT', threshold: 3 + (place % 7) } as const,
  ]);
  const pick = (index: number, place: number) =>
    (index * 7 + place * 5 + index * place) % conditions.length;
  return { conditions, pick };
}

/** Few facts that have to do with each other, and thresholds that are often the same. */
const someFact = fc.constantFrom<FactName>(
  'silenceDays',
  'tenureDays',
  'activeSpanDays',
  'activeDays30',
  'activeDays90',
  'activeDays',
  'activeDaysBefore30',
  'frequencyChange30',
  'orderDays',
  'orders',
  'orderSilenceDays',
  'cadenceDays',
  'emotion',
  'revenue90',
);

const bounds = {
  atLeast: fc.constantFrom(5, 20),
  atMost: fc.constantFrom(20, 60),
};

const someThreshold = (fact: FactName): fc.Arbitrary<Threshold> => {
  const { unit } = factDefinition(fact);
  const number = fc.constantFrom(0, 1, 2, 2.5, 3, 10, 30, 90, -0.3);
  const quantile = fc.record(
    {
      quantile: fc.constantFrom(...keptQuantiles),
      uncalibrated: fc.constantFrom(1, 20),
      ...bounds,
    },
    { requiredKeys: ['quantile', 'uncalibrated'] },
  );
  if (unit !== 'DAYS') return fc.oneof({ weight: 3, arbitrary: number }, quantile);
  return fc.oneof(
    number,
    quantile,
    fc.record(
      { ownCadences: fc.constantFrom(1, 2, 3), ...bounds },
      { requiredKeys: ['ownCadences'] },
    ),
    fc.record(
      { populationCadences: fc.constantFrom(1, 3), uncalibrated: fc.constant(30), ...bounds },
      { requiredKeys: ['populationCadences', 'uncalibrated'] },
    ),
  );
};

const someCondition: fc.Arbitrary<Condition> = someFact.chain((fact) =>
  fc.record({
    fact: fc.constant(fact),
    op: fc.constantFrom(...comparisonOperators),
    threshold: someThreshold(fact),
  }),
);

const someList = fc.array(someCondition, { minLength: 1, maxLength: 3 });

const someDocument: fc.Arbitrary<LifecycleModelDocument> = fc
  .record({
    rules: fc.array(someList, { minLength: 1, maxLength: 6 }),
    atRisk: fc.array(someList, { maxLength: 3 }),
    lost: fc.integer({ min: 0, max: 7 }),
  })
  .map(({ rules, atRisk, lost }) => {
    const stages = [...rules.map((_, index) => `S${index}`), 'REST'];
    return {
      ...soundDocument,
      stages: stages.map((name) => ({ name, description: '' })),
      rules: rules.map((when, index) => ({ stage: `S${index}`, when })),
      otherwise: { stage: 'REST', explainedBy: [] },
      atRisk: atRisk.map((when) => ({ when })),
      lostStages: stages.slice(lost, lost + 1),
    };
  });

const someInstants = fc.array(
  fc.record({ offset: fc.integer({ min: 0, max: 900 }), ms: fc.nat({ max: MS_PER_DAY - 1 }) }),
  { minLength: 10, maxLength: 10 },
);

test('whatever a refusal calls impossible never happens, and whatever is taken always decides', () => {
  const seen = { refused: 0, taken: 0, evaluated: 0 };
  fc.assert(
    fc.property(someDocument, someHistory, someCalibration, someInstants, (...given) => {
      const [document, days, calibration, instants] = given;
      const read = readModelDocument(document);
      seen[read.valid ? 'taken' : 'refused'] += 1;
      const faults = read.valid ? [] : read.faults;
      const compiled = compileModel(modelOf('random', 1, document), calibration);
      const untrue: string[] = [];
      for (const { offset, ms } of instants) {
        const history = History.at(days, compiled.measures, instant(offset, ms));
        if (!history.isBegun) continue;
        seen.evaluated += 1;
        const { stage, rule, warning } = evaluate(history, compiled);
        const place = (compiled.rules as readonly unknown[]).indexOf(rule);
        const wrong = faults.filter(
          (fault) =>
            fault.startsWith(place === -1 ? 'otherwise: never' : `rules[${place}]: never`) ||
            fault.endsWith(`nobody can get to ${stage}`) ||
            compiled.atRisk.some(
              (one, index) => one === warning && fault.startsWith(`atRisk[${index}]`),
            ) ||
            compiled.rules.some(
              ({ when }, index) =>
                fault.startsWith(`rules[${index}].when: `) &&
                when.every((one) => holds(history, one)),
            ),
        );
        untrue.push(...wrong);
        if (!document.stages.some(({ name }) => name === stage)) untrue.push(`in ${stage}`);
      }
      expect(untrue).toEqual([]);
    }),
    { numRuns: 500 },
  );
  expect(seen.refused).toBeGreaterThan(100);
  expect(seen.taken).toBeGreaterThan(100);
  expect(seen.evaluated).toBeGreaterThan(1000);
});
