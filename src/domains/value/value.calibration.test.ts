import type { PopulationFacts } from '../activity';
import { calibratedCutoffs, defaultCalibration, sameCutoffs } from './value.calibration';

const { cutoffs: defaults } = defaultCalibration({ code: 'USD', minorDigits: 2 });

const population: PopulationFacts = {
  customers: 100,
  recencyDays: [1, 2, 3, 4],
  orders: [1, 1, 2, 3],
  revenueMinor: [10, 20, 30, 40],
  windowCustomers: 100,
  windowRevenueMinor: [50, 80],
};

describe('calibratedCutoffs', () => {
  test.each<[string, Partial<PopulationFacts>, object]>([
    [
      'parts the population',
      {},
      {
        recencyDaysCuts: [1, 2, 3, 4],
        frequencyCuts: [1, 1, 2, 3],
        monetaryMinorCuts: [10, 20, 30, 40],
        tierHighMinor: 80,
        tierMidMinor: 50,
      },
    ],
    ['keeps all with too few customers', { customers: 99 }, defaults],
    [
      'keeps the tiers with too few customers in the window',
      { windowCustomers: 99 },
      { frequencyCuts: [1, 1, 2, 3], tierHighMinor: 50_000, tierMidMinor: 10_000 },
    ],
    [
      'lifts nobody by refunds',
      { windowRevenueMinor: [-50, -10] },
      { tierHighMinor: 0, tierMidMinor: 0 },
    ],
  ])('%s', (_, change, expected) => {
    expect(calibratedCutoffs({ ...population, ...change }, defaults)).toMatchObject(expected);
  });
});

test('the defaults are in the minor unit of the currency', () => {
  const yen = defaultCalibration({ code: 'JPY', minorDigits: 0 });
  expect(yen.cutoffs.tierHighMinor).toBe(500);
  expect(defaults.tierHighMinor).toBe(50_000);
});

test('cut-offs are the same where every one is', () => {
  expect(sameCutoffs(defaults, structuredClone(defaults))).toBe(true);
  expect(sameCutoffs(defaults, { ...defaults, tierMidMinor: 1 })).toBe(false);
  expect(sameCutoffs(defaults, { ...defaults, frequencyCuts: [1, 2, 4, 8] })).toBe(false);
});
