import fc from 'fast-check';
import { DAY_0, instant } from '../../../../test/support/lifecycle';
import { someCalibration, someHistory } from '../../../../test/support/lifecycle-histories';
import type { ActivityDay } from '../../activity';
import { History } from '../facts/history';
import { compileModel } from '../stage/compiled';
import { alwaysInForce } from '../stage/ruling';
import { evaluate } from '../stage/stage.rules';
import { stageAt, stageTimeline } from '../stage/timeline';
import type { Calibration } from './calibration';
import type { LifecycleModel } from './model';
import { presets } from './presets';

const LAST = 1000;

const midnights = Array.from({ length: LAST + 1 }, (_, offset) => instant(offset).getTime());

/** `stage since` of each segment, by looking at every midnight and every first event. */
function byBruteForce(
  days: readonly ActivityDay[],
  model: LifecycleModel,
  calibration: Calibration | null,
) {
  const compiled = compileModel(model, calibration);
  const begun = days.map(({ firstAt }) => firstAt.getTime());
  const times = [...new Set([...midnights, ...begun])].sort((left, right) => left - right);
  const segments: string[] = [];
  let stageBefore: string | null = null;
  let risk: number | null = null;
  for (const time of times) {
    const history = History.at(days, compiled.measures, new Date(time));
    if (!history.isBegun) continue;
    const { stage, warning } = evaluate(history, compiled);
    if (stage !== stageBefore) segments.push(`${stage} ${new Date(time).toISOString()}`);
    stageBefore = stage;
    risk = warning === null ? null : (risk ?? time);
  }
  return { segments, risk };
}

test.each(presets.map((preset) => [preset.name, preset] as const))(
  '%s: everybody is in one of its stages at any time, the one of looking every midnight',
  (_, model) => {
    const names = new Set(model.stages.map(({ name }) => name));
    fc.assert(
      fc.property(someHistory, someCalibration, fc.nat({ max: LAST }), (days, calibration, at) => {
        const rulings = alwaysInForce(model, calibration);
        const timeline = stageTimeline(days, rulings, instant(LAST));
        const segments = timeline.segments.map(
          ({ stage, since }) => `${stage} ${since.toISOString()}`,
        );
        const expected = byBruteForce(days, model, calibration);
        expect(segments).toEqual(expected.segments);
        expect(timeline.risk?.since.getTime() ?? null).toBe(expected.risk);
        for (const { stage } of timeline.segments) expect(names).toContain(stage);
        const stage = stageAt(days, rulings, instant(at));
        const firstAt = days
          .filter(({ events }) => events > 0)
          .reduce((first, day) => Math.min(first, day.firstAt.getTime()), Number.POSITIVE_INFINITY);
        expect(stage === null).toBe(instant(at).getTime() < firstAt);
        if (stage !== null) expect(names).toContain(stage);
      }),
      { numRuns: 15 },
    );
  },
);

test('the histories begin where the midnights do', () => {
  fc.assert(fc.property(someHistory, (days) => days.every(({ day }) => day >= DAY_0)));
});
