import fc from 'fast-check';
import type { LifecycleModelDocument } from '../models/model';
import { readModelDocument } from '../models/model-document';
import { presets } from '../models/presets';
import {
  FACTOR_MAX,
  FACTOR_MIN,
  madeForBy,
  propose,
  type Rhythm,
  roundedDays,
} from './proposal.rules';
import { presetDocument } from './versions.rules';

const five = presetDocument('five-stage') as LifecycleModelDocument;

function rhythm(repurchaseDays: number | null, cadenceDays: number | null = null): Rhythm {
  return { customers: 500, cadenceDays, buyers: 500, repurchaseDays };
}

function proposed(before: Rhythm, now: Rhythm, document = five) {
  const outcome = propose(document, before, now);
  if (outcome.kind !== 'PROPOSED') throw new Error(outcome.kind);
  return outcome.proposal;
}

function tenures({ rules }: LifecycleModelDocument) {
  return rules.flatMap(({ when }) =>
    when.flatMap(({ fact, threshold }) => (fact === 'tenureDays' ? [threshold] : [])),
  );
}

test('the repurchase cycle shortens from 30 to 25 days, and the exploration threshold follows', () => {
  const { document, sentences } = proposed(rhythm(30), rhythm(25));
  expect(tenures(five)).toEqual([14, 28]);
  expect(tenures(document)).toEqual([12, 23]);
  expect(document.rules[0]?.when[0]?.threshold).toEqual({
    ownCadences: 3,
    atLeast: 75,
    atMost: 150,
  });
  expect(document).toMatchObject({
    typicalCadenceDays: 25,
    occasionDays: five.occasionDays,
    patience: { cadences: 3, daysMin: 75, daysMax: 150 },
  });
  const [en, zh] = [sentences.map((one) => one.en), sentences.map((one) => one.zh)];
  expect(en.slice(0, 2)).toEqual([
    'The repurchase cycle shortens from 30 to 25 days.',
    'Lengths of time follow, times 0.83:',
  ]);
  expect(en).toContain('EXPLORATION: days since the first activity ≥ 28 days becomes ≥ 23 days.');
  expect(zh[0]).toBe('复购周期从30天缩短至25天。');
  expect(zh).toContain('EXPLORATION:首次活跃至今天数 ≥ 28天 改为 ≥ 23天。');
});

test.each<[string, Rhythm, Rhythm, string]>([
  ['a shift of less than a twentieth', rhythm(30), rhythm(29), 'NOTHING_TO_PROPOSE'],
  ['too few who buy, and too few who come', rhythm(30), rhythm(null), 'TOO_FEW_CUSTOMERS'],
  ['nothing to compare with', rhythm(null), rhythm(30), 'TOO_FEW_CUSTOMERS'],
  ['those who come, where nobody buys', rhythm(null, 10), rhythm(null, 12), 'PROPOSED'],
  ['those who come, where they buy no more', rhythm(30, 10), rhythm(null, 12), 'PROPOSED'],
])('%s', (_, before, now, kind) => {
  expect(propose(five, before, now).kind).toBe(kind);
});

test('one proposal goes no further than twice or half', () => {
  expect(tenures(proposed(rhythm(30), rhythm(300)).document)).toEqual([28, 56]);
  expect(tenures(proposed(rhythm(30), rhythm(3)).document)).toEqual([7, 14]);
});

test('what is no length of time, or nobody’s to scale, stays', () => {
  const { document } = proposed(rhythm(30), rhythm(45));
  const others = ({ rules, atRisk }: LifecycleModelDocument) =>
    [...rules, ...atRisk].flatMap(({ when }) =>
      when.filter(({ fact }) => !['tenureDays', 'activeSpanDays', 'silenceDays'].includes(fact)),
    );
  expect(others(document)).toEqual(others(five));
  expect(document.stages).toEqual(five.stages);
});

test.each([
  [0.3, 1],
  [23.4, 23],
  [61, 60],
  [63, 65],
  [184, 180],
  [185, 190],
])('%d days are told as %d', (days, expected) => {
  expect(roundedDays(days)).toBe(expected);
});

test('whatever is proposed is sound, and no further off than a proposal goes', () => {
  const factors = fc.double({ min: 0.01, max: 100, noNaN: true });
  fc.assert(
    fc.property(fc.constantFrom(...presets), factors, ({ name }, factor) => {
      const document = presetDocument(name) as LifecycleModelDocument;
      const outcome = propose(document, rhythm(30), rhythm(30 * factor));
      if (outcome.kind !== 'PROPOSED') return;
      expect(readModelDocument(outcome.proposal.document).valid).toBe(true);
      const times = outcome.proposal.document.typicalCadenceDays / document.typicalCadenceDays;
      expect(times).toBeGreaterThanOrEqual(FACTOR_MIN * 0.9);
      expect(times).toBeLessThanOrEqual(FACTOR_MAX * 1.1);
    }),
  );
});

test('what one proposal cannot reach, the next one goes on to', () => {
  const now = rhythm(110, 90);
  const first = proposed(rhythm(30, 20), now);
  expect(first.document.typicalCadenceDays).toBe(60);
  const reached = madeForBy({ before: rhythm(30, 20), now });
  expect(reached).toEqual(rhythm(60, 40));
  const second = proposed(reached, now, first.document);
  expect(second.document.typicalCadenceDays).toBe(110);
  expect(propose(second.document, madeForBy({ before: reached, now }), now)).toEqual({
    kind: 'NOTHING_TO_PROPOSE',
  });
});
