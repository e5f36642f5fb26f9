import fc from 'fast-check';
import { useTestDatabase } from '../../../test/support/database';
import { MS_PER_DAY } from '../../shared/days';
import { type ProfileId, uuidSource } from '../../shared/ids';
import { signalNames } from './activity.model';
import { type DaySums, eachDay, findPackedDays, findPackedDaysBetween } from './activity.packed';
import { addToDays, findDays } from './activity.store';

const { database } = useTestDatabase();

const someDay = fc.record({
  day: fc.integer({ min: 19_000, max: 19_010 }),
  identifier: fc.nat(2),
  events: fc.nat(3),
  signals: fc.dictionary(fc.constantFrom(...signalNames), fc.integer({ min: -900, max: 900 }), {
    maxKeys: 3,
  }),
});

test('packed days say what the days say, whatever order they were stored in', async () => {
  const identifiers = [0, 1, 2].map(() => uuidSource.next<never>());
  await fc.assert(
    fc.asyncProperty(fc.array(someDay, { minLength: 1, maxLength: 12 }), async (given) => {
      const profileId = uuidSource.next<ProfileId>();
      for (const { day, identifier, events, signals } of given) {
        const at = new Date(day * MS_PER_DAY + 1000 * (identifier + 1));
        const increment = {
          profileId,
          identifierId: identifiers[identifier] as never,
          day: day as never,
          events,
          firstAt: at,
          lastAt: at,
          signals: new Map(Object.entries(signals)) as never,
        };
        await database.transaction((tx) => addToDays(tx, [increment]));
      }
      const days = (await findDays(database, [profileId])).get(profileId) ?? [];
      const expected = days.map(({ firstAt: _, lastAt: __, events, ...sums }) => ({
        ...sums,
        events: events > 0 ? 1 : 0,
      }));
      const [packed] = await findPackedDays(database, [profileId]);
      const found: DaySums[] = [];
      eachDay(packed?.days ?? '', (day) => found.push({ ...day }));
      expect(found.map((day) => ({ ...day, profileId }))).toEqual(expected);
      expect(await findPackedDaysBetween(database, profileId, profileId)).toEqual([packed]);
      const begins = given.map(({ day, identifier }) => day * MS_PER_DAY + 1000 * (identifier + 1));
      expect(packed?.lastBeginsAtMs).toBe(Math.max(...begins));
    }),
    { numRuns: 25 },
  );
});
