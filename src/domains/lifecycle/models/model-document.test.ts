import fc from 'fast-check';
import { activeDay, endOf } from '../../../../test/support/lifecycle';
import { soundDocument } from '../../../../test/support/lifecycle-models';
import { alwaysInForce } from '../stage/ruling';
import { stageTimeline } from '../stage/timeline';
import { type LifecycleModel, modelOf } from './model';
import { readModelDocument, soundModel } from './model-document';
import { InvalidLifecycleModel } from './models.errors';
import { presets } from './presets';

function faultsOf(document: unknown): readonly string[] {
  const read = readModelDocument(document);
  return read.valid ? [] : read.faults;
}

const condition = { fact: 'silenceDays', op: 'GTE', threshold: 1 };

/** The sound model with one condition more, in a rule of its own. */
const asking = (change: object) => ({
  ...soundDocument,
  atRisk: [{ when: [{ ...condition, ...change }] }],
});

const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
};

describe('readModelDocument', () => {
  test('takes a sound model and freezes a copy of it', () => {
    const given = structuredClone(soundDocument);
    const read = readModelDocument(given);
    expect(read).toEqual({ valid: true, document: soundDocument });
    if (!read.valid) return;
    expect(Object.isFrozen(read.document.rules[0]?.when[0])).toBe(true);
    expect(Object.isFrozen(given)).toBe(false);
  });

  test.each(presets.map(({ name, version, ...document }) => [name, document] as const))(
    'takes %s as it comes from a file',
    (_, document) => {
      const read = readModelDocument(JSON.parse(JSON.stringify(document)));
      expect(read).toEqual({ valid: true, document });
    },
  );

  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'the model: must be an object'],
    ['null', null, 'the model: must be an object'],
    ['a list', [soundDocument], 'the model: must be an object'],
    ['a text', JSON.stringify(soundDocument), 'the model: must be an object'],
    ['an empty object', {}, 'stages: is missing'],
    [
      'a model that can leave a customer in no stage',
      { ...soundDocument, otherwise: undefined },
      'otherwise: is missing; whoever no rule applies to would have no stage',
    ],
    [
      'the same, less plainly',
      { ...soundDocument, otherwise: { explainedBy: [] } },
      'otherwise.stage: is missing; whoever no rule applies to would have no stage',
    ],
    [
      'a member that no model has',
      { ...soundDocument, rulez: [] },
      'the model: the name rulez is not known; known are stages, rules, otherwise',
    ],
    [
      'a member of the name of a prototype',
      JSON.parse(`{"__proto__": {}, ${JSON.stringify(soundDocument).slice(1)}`),
      'the model: the name __proto__ is not known',
    ],
    [
      'a constructor',
      { ...soundDocument, constructor: {} },
      'the model: the name constructor is not known',
    ],
    ['no stages', { ...soundDocument, stages: [] }, 'stages: must be a list of 1 to 16'],
    [
      'seventeen stages',
      {
        ...soundDocument,
        stages: [...Array(17).keys()].map((n) => ({ name: `S${n}`, description: '' })),
      },
      'stages: must be a list of 1 to 16',
    ],
    [
      'a stage of another form',
      { ...soundDocument, stages: [{ name: 'here', description: '' }] },
      'stages[0].name: must be upper-case letters, digits and underscores',
    ],
    [
      'a stage that no database can store',
      { ...soundDocument, stages: [{ name: 'HERE', description: 'He\u0000re' }] },
      'stages[0].description: must be one line of text',
    ],
    [
      'half a character',
      { ...soundDocument, stages: [{ name: 'HERE', description: '\ud800' }] },
      'stages[0].description: must be one line of text',
    ],
    [
      'a long story',
      { ...soundDocument, stages: [{ name: 'HERE', description: 'a'.repeat(501) }] },
      'stages[0].description: must be 500 characters at most',
    ],
    [
      'a rule for everybody',
      { ...soundDocument, rules: [{ stage: 'GONE', when: [] }] },
      'rules[0].when: must be a list of 1 to 16',
    ],
    [
      'a warning for everybody',
      { ...soundDocument, atRisk: [{ when: [] }] },
      'atRisk[0].when: must be a list of 1 to 16',
    ],
    [
      '10,000 conditions',
      { ...soundDocument, rules: [{ stage: 'GONE', when: Array(10_000).fill(condition) }] },
      'rules[0].when: must be a list of 1 to 16',
    ],
    [
      '10,000 rules',
      { ...soundDocument, rules: Array(10_000).fill(soundDocument.rules[0]) },
      'rules: must be a list of 0 to 64',
    ],
    [
      'a lost stage twice',
      { ...soundDocument, lostStages: ['GONE', 'GONE'] },
      'lostStages: must not name one twice',
    ],
    ['an unknown fact', asking({ fact: 'silence' }), 'atRisk[0].when[0].fact: must be the name'],
    [
      'a misspelt fact',
      asking({ fact: 'silenceDay' }),
      'atRisk[0].when[0].fact: must be the name of a fact; did you mean silenceDays?',
    ],
    ['a fact of every object', asking({ fact: 'toString' }), 'atRisk[0].when[0].fact: must be'],
    ['a fact of no object', asking({ fact: '__proto__' }), 'atRisk[0].when[0].fact: must be'],
    ['a fact that is no text', asking({ fact: ['silenceDays'] }), 'atRisk[0].when[0].fact: must'],
    [
      'an unknown operator',
      asking({ op: 'EQ' }),
      'atRisk[0].when[0].op: must be one of GTE, GT, LTE, LT',
    ],
    [
      'a number in a text',
      asking({ threshold: '30' }),
      'atRisk[0].when[0].threshold: must be a number or an object',
    ],
    ['NaN', asking({ threshold: Number.NaN }), 'atRisk[0].when[0].threshold: must be a number'],
    ['Infinity', asking({ threshold: Infinity }), 'atRisk[0].when[0].threshold: must be a number'],
    ['1e308', asking({ threshold: 1e308 }), 'atRisk[0].when[0].threshold: must be from -9007'],
    [
      'more days than a hundred years have',
      asking({ threshold: 36_501 }),
      'atRisk[0].when[0].threshold: must be from -36500 to 36500',
    ],
    [
      'a bound as far away',
      asking({ threshold: { ownCadences: 3, atMost: 1e6 } }),
      'atRisk[0].when[0].threshold.atMost: must be from -36500 to 36500',
    ],
    [
      'a threshold of no kind',
      asking({ threshold: { atLeast: 3 } }),
      'atRisk[0].when[0].threshold: must be a number, or have one of ownCadences,',
    ],
    [
      'a threshold of two kinds',
      asking({ threshold: { ownCadences: 3, quantile: 0.5, uncalibrated: 1 } }),
      'atRisk[0].when[0].threshold: must be a number, or have one of ownCadences,',
    ],
    [
      'no cadences',
      asking({ threshold: { ownCadences: 0 } }),
      'atRisk[0].when[0].threshold.ownCadences: must be from 0.01 to 1000',
    ],
    [
      'a population that nothing stands in for',
      asking({ threshold: { populationCadences: 3 } }),
      'atRisk[0].when[0].threshold.uncalibrated: is missing',
    ],
    [
      'a customer that something stands in for',
      asking({ threshold: { ownCadences: 3, uncalibrated: 1 } }),
      'atRisk[0].when[0].threshold.uncalibrated: must not be there',
    ],
    [
      'a quantile between those kept',
      asking({ threshold: { quantile: 0.51, uncalibrated: 1 } }),
      'atRisk[0].when[0].threshold.quantile: must be one of 0, 0.05, 0.1',
    ],
    [
      'bounds upside down',
      asking({ threshold: { ownCadences: 3, atLeast: 9, atMost: 8 } }),
      'atRisk[0].when[0].threshold.atMost: must be no less than atLeast',
    ],
    [
      'cadences of a count',
      asking({ fact: 'orders', threshold: { ownCadences: 3 } }),
      'atRisk[0].when[0].threshold: cadences are days, and orders is not measured in days',
    ],
    [
      'no cadence',
      { ...soundDocument, typicalCadenceDays: 0 },
      'typicalCadenceDays: must be from 0.01 to 36500',
    ],
    [
      'half an occasion',
      { ...soundDocument, occasionDays: 0.5 },
      'occasionDays: must be a whole number',
    ],
    [
      'patience upside down',
      { ...soundDocument, patience: { cadences: 3, daysMin: 9, daysMax: 8 } },
      'patience.daysMax: must be no less than daysMin',
    ],
  ])('refuses %s', (_, document, expected) => {
    expect(faultsOf(document)).toContainEqual(expect.stringContaining(expected));
  });

  test('tells all at once, each where it is, and no more than that', () => {
    const document = {
      ...soundDocument,
      stages: [{ name: 'HERE', description: 1 }],
      rules: [
        {
          stage: 'GONE',
          when: [
            { ...condition, op: '=' },
            { fact: 'x', op: 'GT' },
          ],
        },
      ],
    };
    expect(faultsOf(document)).toEqual([
      'stages[0].description: must be a text',
      'rules[0].when[0].op: must be one of GTE, GT, LTE, LT',
      'rules[0].when[1].threshold: is missing',
      'rules[0].when[1].fact: must be the name of a fact',
    ]);
  });

  test('tells 50 faults at most', () => {
    const rules = Array(64).fill({ stage: 'x', when: Array(16).fill({ fact: 'x' }) });
    expect(faultsOf({ ...soundDocument, rules })).toHaveLength(50);
  });

  test('is soon done with what is deep, endless or large', () => {
    const endless: Record<string, unknown> = { ...soundDocument };
    endless['rules'] = [{ stage: 'GONE', when: [endless, endless['rules']] }, endless];
    const wide = { ...soundDocument, rules: Array(65).fill(Array(65).fill(Array(65).fill([]))) };
    const named = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [index, {}]));
    const started = process.cpuUsage();
    for (const given of [
      nested(10_000),
      { ...soundDocument, rules: nested(10_000) },
      { ...soundDocument, rules: [{ stage: 'GONE', when: [asking({ threshold: nested(9) })] }] },
      endless,
      wide,
      named,
      asking({ fact: 'a'.repeat(1_000_000) }),
    ]) {
      expect(faultsOf(given)).not.toEqual([]);
    }
    // Of the processor's time: a clock would tell of the machine.
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(1500);
  });

  test('never repeats what may be long or about somebody', () => {
    const secret = 'mei.lin@example.com';
    const long = 'x'.repeat(10_000);
    for (const written of [secret, long]) {
      for (const document of [
        { ...soundDocument, [written]: 1 },
        { ...soundDocument, lostStages: [written] },
        { ...soundDocument, stages: [{ name: written, description: written, [written]: written }] },
        asking({ fact: written, op: written, threshold: written }),
        asking({ threshold: { [written]: written, ownCadences: written } }),
      ]) {
        const told = faultsOf(document);
        expect(told).not.toEqual([]);
        expect(told.join()).not.toContain(written.slice(0, 15));
      }
    }
  });

  test('any JSON gives faults or a model, and never throws', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 9 }), (value) => {
        const read = readModelDocument(value);
        if (!read.valid) expect(read.faults.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });

  test('a preset with anything in any place of it gives faults, or is still a model', () => {
    const outcomes = { valid: 0, refused: 0 };
    fc.assert(
      fc.property(
        fc.constantFrom(...presets),
        fc.array(fc.nat(), { minLength: 7, maxLength: 7 }),
        fc.oneof(
          fc.jsonValue({ maxDepth: 3 }),
          fc.constantFrom(0, 1, 'CHURN', 'GTE', 'activeDays', {}, [], { ownCadences: 1 }),
          fc.anything(),
        ),
        ({ name, version, ...document }, path, value) => {
          const read = readModelDocument(spoilt(document, path, value));
          outcomes[read.valid ? 'valid' : 'refused'] += 1;
          if (read.valid) {
            // What was taken is taken again.
            expect(readModelDocument(read.document)).toEqual(read);
            return;
          }
          expect(read.faults.length).toBeGreaterThan(0);
          for (const fault of read.faults) {
            expect(fault).toMatch(/^(the model|[a-zA-Z]+(\[\d+\])?(\.[a-zA-Z]+(\[\d+\])?)*): /);
          }
        },
      ),
      { numRuns: 1000 },
    );
    expect(outcomes.valid).toBeGreaterThan(10);
    expect(outcomes.refused).toBeGreaterThan(10);
  });
});

test.each<[string, object]>([
  ['days', { fact: 'silenceDays', op: 'GTE', threshold: 36_500 }],
  ['own cadences', { fact: 'silenceDays', op: 'GTE', threshold: { ownCadences: 1000 } }],
  ['silence in cadences', { fact: 'silenceInCadences', op: 'GTE', threshold: 1000 }],
  ['emotion', { fact: 'emotion', op: 'LT', threshold: 1e-300 }],
])('the furthest threshold that is taken is a day that comes: %s', (_, when) => {
  const read = readModelDocument({
    ...soundDocument,
    rules: [{ stage: 'GONE', when: [when] }],
    typicalCadenceDays: 36_500,
    emotionHalfLifeDays: 36_500,
  });
  if (!read.valid) throw new Error(read.faults.join());
  const rulings = alwaysInForce(modelOf('far', 1, read.document));
  const happy = activeDay(0, { sentimentCount: 1, sentimentMilli: 1000 });
  const { nextEvaluationAt } = stageTimeline([happy], rulings, endOf(0));
  expect(nextEvaluationAt?.toISOString()).toMatch(/^\+?\d+-/);
});

describe('soundModel', () => {
  const sound: LifecycleModel = { name: 'two-stage', version: 1, ...soundDocument };

  test.each<[string, Partial<Record<keyof LifecycleModel, unknown>>, string]>([
    ['a name of another form', { name: 'Two Stage' }, 'name: must be lower-case'],
    ['no name', { name: undefined }, 'name: must be lower-case'],
    ['a version of 0', { version: 0 }, 'version: must be'],
    ['half a version', { version: 0.5 }, 'version: must be'],
    ['a model of another form', { stages: 1 }, 'stages: must be a list'],
  ])('refuses %s', (_, change, expected) => {
    let refusal: unknown;
    try {
      soundModel({ ...sound, ...change } as LifecycleModel);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(InvalidLifecycleModel);
    const { details } = refusal as InvalidLifecycleModel;
    expect(details['faults']).toContainEqual(expect.stringContaining(expected));
  });

  test('gives the model, frozen', () => {
    const model = soundModel(sound);
    expect(model).toEqual(sound);
    expect(Object.isFrozen(model) && Object.isFrozen(model.stages)).toBe(true);
  });
});

/** The document with the value in place of one of its members, however deep. */
function spoilt(document: unknown, [turn = 0, ...path]: readonly number[], value: unknown) {
  if (typeof document !== 'object' || document === null || path.length === 0) return value;
  const names = Object.keys(document);
  const name = names[turn % (names.length + 1)];
  if (name === undefined) return value;
  const member = (document as Readonly<Record<string, unknown>>)[name];
  const inside: unknown = spoilt(member, path, value);
  if (!Array.isArray(document)) return { ...document, [name]: inside };
  return document.map((one: unknown, index) => (String(index) === name ? inside : one));
}
