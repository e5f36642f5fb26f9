import { Random } from '../../seeds/random';
import { type ActivityDay, signalNames } from '../../src/domains/activity';
import {
  alwaysInForce,
  evaluate,
  fiveStageModel,
  History,
  reasonsOf,
} from '../../src/domains/lifecycle';
import { addDays, type EpochDay, startOfDay } from '../../src/shared/days';
import type { BenchOptions, BenchSize, Figure } from './bench';
import { timed } from './measure';

/** A batch, as the pipeline has it: more would measure the memory they lie in. */
const CUSTOMERS = 500;
const EVALUATIONS: Readonly<Record<BenchSize, number>> = {
  quick: 500_000,
  usual: 10_000_000,
  full: 10_000_000,
};

const DAY_0 = 20_000 as EpochDay;
const DAYS = 730;

/**
 * How many customers a second are judged by the default model on one core: stage, reasons and the
 * day to look again, from what is known of them. Customers of all sorts, of two years.
 */
export async function benchEvaluating({ size, tell }: BenchOptions): Promise<Figure> {
  const [{ compiled }] = alwaysInForce(fiveStageModel);
  const random = Random.of('evaluating');
  const now = startOfDay(addDays(DAY_0, DAYS));
  const histories = Array.from({ length: CUSTOMERS }, () =>
    History.at(drawDays(random), compiled.measures, now),
  );
  const stages = new Map<string, number>();
  const judgeAll = () => {
    let reasons = 0;
    for (const history of histories) {
      const { stage, rule } = evaluate(history, compiled);
      reasons += reasonsOf(history, rule, compiled.findings).length;
      stages.set(stage, (stages.get(stage) ?? 0) + 1);
    }
    return reasons;
  };
  const rounds = EVALUATIONS[size] / CUSTOMERS;
  for (let round = 0; round < rounds / 10; round++) judgeAll();
  const { elapsedMs } = await timed(async () => {
    for (let round = 0; round < rounds; round++) judgeAll();
  });
  tell(`judged customers of ${stages.size} stages`);
  return {
    name: 'evaluationsPerSecond',
    value: Math.round((1000 * EVALUATIONS[size]) / elapsedMs),
    what: 'customers judged a second, on one core',
    floor: null,
    bar: '≥ 500,000',
  };
}

/** Each has a rhythm of their own; some stop in the middle, some buy. */
function drawDays(random: Random): readonly ActivityDay[] {
  const days: ActivityDay[] = [];
  const gap = random.integer(1, 60);
  for (let offset = random.integer(0, 600); offset < DAYS; ) {
    const day = addDays(DAY_0, offset);
    const none = Object.fromEntries(signalNames.map((name) => [name, 0])) as unknown as ActivityDay;
    const orders = random.chance(0.3) ? 1 : 0;
    const at = startOfDay(day);
    days.push({
      ...none,
      day,
      events: 1,
      orders,
      revenueMinor: 1000 * orders,
      firstAt: at,
      lastAt: at,
    });
    if (random.chance(0.05)) break;
    offset += 1 + Math.floor(random.exponential(gap));
  }
  return days;
}
