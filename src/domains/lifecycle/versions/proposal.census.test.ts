import { buys, endOf, instant, visits } from '../../../../test/support/lifecycle';
import { fiveStageModel } from '../models/presets';
import { compileModel } from '../stage/compiled';
import { ProposalCensus } from './proposal.census';

const model = compileModel(fiveStageModel, null);

test('a day that begins after the instant is not counted, be it of the same date', () => {
  const census = new ProposalCensus(model, instant(100), null);
  // At noon of the day that has only begun.
  census.add(visits(100));
  expect(census.figures).toEqual([]);
  census.add(buys(40, 60, 80, 100, 101));
  const told = new ProposalCensus(model, instant(100), null);
  told.add(buys(40, 60, 80));
  expect(census.figures).toEqual(told.figures);
  expect(census.now).toEqual(told.now);
});

test('customers of the year before each instant are counted', () => {
  const census = new ProposalCensus(model, endOf(1000), endOf(500));
  census.add(buys(100, 300, 500, 520, 640, 660, 680));
  expect([census.now.buyers, census.before?.buyers]).toEqual([1, 0]);
  census.add(buys(140, 300, 500));
  expect([census.now.buyers, census.before?.buyers]).toEqual([1, 1]);
});
