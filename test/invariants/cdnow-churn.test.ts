import type { ActivityDay } from '../../src/domains/activity';
import { HORIZON_DAYS } from '../../src/domains/lifecycle/lifecycle.activity-fitting.rules';
import { Census } from '../../src/domains/lifecycle/lifecycle.census';
import { churnRiskOf } from '../../src/domains/lifecycle/lifecycle.churn.rules';
import { compileModel } from '../../src/domains/lifecycle/lifecycle.compiled';
import { History } from '../../src/domains/lifecycle/lifecycle.history';
import { fiveStageModel } from '../../src/domains/lifecycle/lifecycle.presets';
import { areaUnderCurve } from '../../src/domains/lifecycle/lifecycle.ranking.rules';
import { evaluate } from '../../src/domains/lifecycle/lifecycle.rules';
import { addDays, dayOf } from '../../src/shared/days';
import { cdnowCustomers, hasCdnow } from '../support/cdnow';

type Customers = ReadonlyMap<string, readonly ActivityDay[]>;
const asOf = new Date('1997-09-30T23:59:59.999Z');
const end = dayOf(asOf);
const HOLDOUT_DAYS = 39 * 7;
const compiled = compileModel(fiveStageModel, null);

(hasCdnow ? describe : describe.skip)('cdnow', () => {
  let master: Customers;
  let sample: Customers;
  beforeAll(async () => {
    master = await cdnowCustomers('CDNOW_master.txt');
    sample = await cdnowCustomers('CDNOW_sample.txt');
  });

  const bought = (days: readonly ActivityDay[]) =>
    days.some(({ day }) => day > end && day <= addDays(end, HOLDOUT_DAYS));
  const at = (days: readonly ActivityDay[]) => History.at(days, compiled.measures, asOf);

  function fitOn(ids: string[], now = asOf) {
    const census = new Census(compiled.measures, now);
    for (const id of ids) census.add(master.get(id) ?? []);
    return { calibratedAt: now, ...census.result() };
  }
  function judge(ids: string[], calibration: ReturnType<typeof fitOn> | null) {
    const rows = ids.map((id) => {
      const days = master.get(id) ?? [];
      const h = at(days);
      return {
        risk: churnRiskOf(h, compiled, calibration).risk,
        silence: h.today - h.series('active').last,
        y: bought(days),
      };
    });
    const y = rows.map((r) => r.y);
    const brier = rows.reduce((s, r) => s + (1 - r.risk - Number(r.y)) ** 2, 0) / rows.length;
    return [
      rows.length,
      y.filter(Boolean).length,
      areaUnderCurve(
        rows.map((r) => -r.risk),
        y,
      ),
      areaUnderCurve(
        rows.map((r) => -r.silence),
        y,
      ),
      brier,
    ];
  }

  test('x', () => {
    for (const [name, population] of [
      ['master', master],
      ['sample', sample],
    ] as const) {
      const t: Record<string, [number, number]> = {};
      for (const days of population.values()) {
        const h = at(days);
        const s = evaluate(h, compiled).stage;
        const e = (t[s] ??= [0, 0]);
        e[0] += 1;
        if (bought(days)) e[1] += 1;
      }
      process.stdout.write(`${name} ${JSON.stringify(t)}\n`);
    }
    const ids = [...master.keys()];
    const inSample = ids.filter((id) => sample.has(id));
    const rest = ids.filter((id) => !sample.has(id));
    const t0 = performance.now();
    const fit = fitOn(rest);
    process.stdout.write(
      `${JSON.stringify(fit.activityFit, null, 1)} ${fit.fitRefusal} ${performance.now() - t0} ms ${fit.cadenceDays}\n`,
    );
    process.stdout.write(`sample rule ${judge(inSample, null)}\n`);
    process.stdout.write(`rest->sample ${judge(inSample, fit)}\n`);
    const own = fitOn(inSample);
    process.stdout.write(`sample->rest ${judge(rest, own)} ${own.fitRefusal}\n`);
    process.stdout.write(`master rule ${judge(ids, null)}\n`);
    const odd = ids.filter((id) => Number(id) % 2 === 1);
    const even = ids.filter((id) => Number(id) % 2 === 0);
    process.stdout.write(`odd->even ${judge(even, fitOn(odd))}\n`);
    process.stdout.write(`even->odd ${judge(odd, fitOn(even))}\n`);
    void HORIZON_DAYS;
  });
});
