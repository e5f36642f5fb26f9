import fc from 'fast-check';
import { measures } from '../../../../test/support/lifecycle';
import { someDays } from '../../../../test/support/lifecycle-arbitraries';
import { factDefinition, factNames } from './facts';
import { ascending, History } from './history';

const valuesOf = (history: History) => factNames.map((name) => factDefinition(name).value(history));

test('a copy goes its own way: what is added to it is what it would have been, and the first stays', () => {
  fc.assert(
    fc.property(someDays, (days) => {
      const inOrder = ascending(days);
      const history = new History(measures);
      for (const day of inOrder.slice(0, -1)) history.include(day);
      const before = valuesOf(history);
      const copy = history.copy();
      expect(valuesOf(copy)).toEqual(before);
      for (const day of inOrder.slice(-1)) copy.include(day);
      const whole = new History(measures);
      for (const day of inOrder) whole.include(day);
      expect(valuesOf(copy)).toEqual(valuesOf(whole));
      expect(valuesOf(history)).toEqual(before);
    }),
  );
});
