import fc from 'fast-check';
import { formatDay } from '../../shared/days';
import type { IdentifierId, ProfileId } from '../../shared/ids';
import { type DailySignals, signalNames } from './activity.model';
import { type Occurrence, rollUp } from './activity.rules';

function occurrence(at: string, changes: Partial<Omit<Occurrence, 'occurredAt'>> = {}): Occurrence {
  return {
    profileId: 'p1' as ProfileId,
    identifierId: 'i1' as IdentifierId,
    occurredAt: new Date(at),
    isOwnEvent: true,
    signals: {},
    ...changes,
  };
}

describe('rolling up', () => {
  it('nothing gives nothing', () => {
    expect(rollUp([])).toEqual([]);
  });

  it('one event gives one day, with the signals it carries', () => {
    const signals = { likes: 1, posts: 0 };
    const [day] = rollUp([occurrence('2026-06-01T10:00:00Z', { signals })]);
    expect(day).toMatchObject({ profileId: 'p1', identifierId: 'i1', events: 1 });
    expect(day?.signals).toEqual(new Map([['likes', 1]]));
  });

  it('keeps profiles, identifiers and days apart, whatever order they come in', () => {
    const all = [
      occurrence('2026-06-02T00:00:00.000Z'),
      occurrence('2026-06-01T23:59:59.999Z'),
      occurrence('2026-06-01T00:00:00.000Z', { identifierId: 'i2' as IdentifierId }),
      occurrence('2026-06-01T00:00:00.000Z', { profileId: 'p0' as ProfileId }),
      occurrence('2026-06-01T00:00:00.000Z'),
    ];
    const names = (some: readonly Occurrence[]) =>
      rollUp(some).map(
        (one) => `${one.profileId} ${one.identifierId} ${formatDay(one.day)} ${one.events}`,
      );
    expect(names(all)).toEqual([
      'p0 i1 2026-06-01 1',
      'p1 i1 2026-06-01 2',
      'p1 i2 2026-06-01 1',
      'p1 i1 2026-06-02 1',
    ]);
    expect(names(all.toReversed())).toEqual(names(all));
  });

  it.each<[string, [string, boolean][], [string, string, number]]>([
    [
      'own events',
      [
        ['12', true],
        ['09', true],
        ['15', true],
      ],
      ['09', '15', 3],
    ],
    [
      'what others did, alone',
      [
        ['12', false],
        ['09', false],
      ],
      ['09', '12', 0],
    ],
    [
      'others first and last',
      [
        ['08', false],
        ['12', true],
        ['20', false],
      ],
      ['12', '12', 1],
    ],
    [
      'others in between',
      [
        ['09', true],
        ['12', false],
        ['15', true],
      ],
      ['09', '15', 2],
    ],
  ])('dates the day of %s', (_, hours, [first, last, events]) => {
    for (const order of [hours, hours.toReversed()]) {
      const [day] = rollUp(
        order.map(([hour, isOwnEvent]) => occurrence(`2026-06-01T${hour}:00:00Z`, { isOwnEvent })),
      );
      expect(day).toMatchObject({
        events,
        firstAt: new Date(`2026-06-01T${first}:00:00Z`),
        lastAt: new Date(`2026-06-01T${last}:00:00Z`),
      });
    }
  });

  it('adds every signal up, and loses nothing', () => {
    const signals = fc.record<Partial<DailySignals>>(
      Object.fromEntries(signalNames.map((name) => [name, fc.integer({ min: -1000, max: 1000 })])),
      { requiredKeys: [] },
    );
    const some = fc.array(
      fc
        .tuple(
          fc.constantFrom('p1', 'p2'),
          fc.constantFrom('i1', 'i2'),
          fc.date({
            min: new Date('2026-01-01'),
            max: new Date('2026-01-04'),
            noInvalidDate: true,
          }),
          fc.boolean(),
          signals,
        )
        .map(([profileId, identifierId, at, isOwnEvent, carried]) =>
          occurrence(at.toISOString(), {
            profileId: profileId as ProfileId,
            identifierId: identifierId as IdentifierId,
            isOwnEvent,
            signals: carried,
          }),
        ),
    );
    fc.assert(
      fc.property(some, (all) => {
        const days = rollUp(all);
        for (const name of signalNames) {
          const sent = all.reduce((sum, one) => sum + (one.signals[name] ?? 0), 0);
          const added = days.reduce((sum, day) => sum + (day.signals.get(name) ?? 0), 0);
          expect(added).toBe(sent);
        }
        expect(days.reduce((sum, day) => sum + day.events, 0)).toBe(
          all.filter((one) => one.isOwnEvent).length,
        );
        expect(rollUp(all.toReversed())).toEqual(days);
      }),
    );
  });
});
