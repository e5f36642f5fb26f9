import { type Command, Option } from 'commander';
import type { App } from '../../app';
import type { ProfileActivity } from '../../domains/activity';
import { stageAt } from '../../domains/lifecycle';
import { tierAt, ValueTier } from '../../domains/value';
import { formatTable } from '../table';
import type { RunWithApp } from '../with-app';

const monthsBetween = { month: 1, quarter: 3, year: 12 } as const;

type Period = keyof typeof monthsBetween;

export function addReportStages(program: Command, runWithApp: RunWithApp): void {
  program
    .command('stages')
    .description(
      'customers by stage and tier as of the end of each period, over the life of the log',
    )
    .addOption(
      new Option('--every <period>', 'how far apart the dates are')
        .choices(Object.keys(monthsBetween))
        .default('quarter'),
    )
    .action(({ every }: { every: Period }) =>
      runWithApp(async (app, out, signal) => {
        out.write(`${await reportStages(app, every, signal)}\n`);
      }),
    );
}

/**
 * Reckons every customer's stage and tier anew as of each date, from the days up to it: what was
 * true then, whenever we came to know of it. Tiers are cut as today.
 */
async function reportStages(app: App, every: Period, signal: AbortSignal): Promise<string> {
  const now = app.clock.now();
  const first = await app.reads.activity.firstInstant();
  if (first === null) return 'There are no customers yet.';
  const dates = [...periodEnds(first, now, monthsBetween[every]), now];
  const { cutoffs } = await app.value.calibration();
  const stages = await app.reads.lifecycle.stageNames();
  const rulings = await app.reads.lifecycle.defaultRulings();
  const tiers = Object.values(ValueTier);
  const counts = dates.map(() => new Map<string, number>());
  for await (const profiles of app.activity.allProfiles()) {
    signal.throwIfAborted();
    dates.forEach((asOf, index) => {
      const count = counts[index] ?? new Map<string, number>();
      for (const profile of profiles) countProfile(count, profile, asOf);
    });
  }
  return formatTable(
    ['as of', ...stages, 'customers', ...tiers],
    dates.map((asOf, index) => {
      const count = counts[index];
      const customersIn = (name: string): number => count?.get(name) ?? 0;
      const customers = stages.reduce((sum, stage) => sum + customersIn(stage), 0);
      return [labelOf(asOf, now), ...stages.map(customersIn), customers, ...tiers.map(customersIn)];
    }),
  );

  function countProfile(count: Map<string, number>, { days }: ProfileActivity, asOf: Date): void {
    const stage = stageAt(days, rulings, asOf);
    if (stage === null) return;
    const tier = tierAt(days, cutoffs, asOf);
    for (const name of [stage, tier]) count.set(name, (count.get(name) ?? 0) + 1);
  }
}

/** The last instants of the calendar periods (UTC) that ended after `first` and before `now`. */
function* periodEnds(first: Date, now: Date, months: number): Generator<Date> {
  const startMonth = Math.floor(first.getUTCMonth() / months) * months;
  for (let ahead = months; ; ahead += months) {
    const end = new Date(Date.UTC(first.getUTCFullYear(), startMonth + ahead, 1) - 1);
    if (end >= now) return;
    yield end;
  }
}

function labelOf(asOf: Date, now: Date): string {
  return `${asOf.toISOString().slice(0, 10)}${asOf === now ? ' (now)' : ''}`;
}
