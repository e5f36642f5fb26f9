import type { Command } from 'commander';
import type { App } from '../../app';
import {
  type LifecycleGoalPeriod,
  LifecycleGoalResolver,
  type LifecycleStageGoals,
} from '../../domains/lifecycle';
import { MS_PER_DAY } from '../../shared/days';
import { asJson } from '../json';
import { formatTable } from '../table';
import type { RunWithApp } from '../with-app';
import {
  addRangeOptions,
  dateOf,
  type Every,
  everyOption,
  lengths,
  NOTHING_KNOWN,
  type RangeOptions,
  requireReckoned,
} from './report-range';

/** So that a few whole periods are shown, and the running one. */
const daysBack = { week: 21, month: 62 } as const;

const PAGE = 100;

interface GoalOptions extends RangeOptions {
  readonly every: Every;
  readonly stage?: string;
}

export function addReportGoals(program: Command, runWithApp: RunWithApp): void {
  const command = program
    .command('goals')
    .description('what became of each stage, by weeks or months')
    .addOption(everyOption('how long a period is').default('month'))
    .option('--stage <name>', 'one stage; all of them where left out');
  addRangeOptions(
    command,
    'from the period that holds this date on; three weeks or two months back where left out',
  ).action((options: GoalOptions) =>
    runWithApp(async (app, out) => {
      await requireReckoned(app, options.model ?? null);
      const periods = await findPeriods(app, options);
      out.write(options.json ? asJson(periods) : `${tableOf(periods)}\n`);
    }),
  );
}

/** As the API tells them. */
async function findPeriods(
  app: App,
  { every, from, to, model, stage }: GoalOptions,
): Promise<readonly LifecycleGoalPeriod[]> {
  const goals = new LifecycleGoalResolver(app.reads.lifecycleGoals, app.currency, app.clock);
  const begin = from ?? new Date(app.clock.now().getTime() - daysBack[every] * MS_PER_DAY);
  const periods: LifecycleGoalPeriod[] = [];
  let after: string | null = null;
  do {
    const page = await goals.lifecycleStageGoals(
      { first: PAGE, after },
      lengths[every],
      begin,
      to ?? null,
      model ?? null,
      stage ?? null,
    );
    periods.push(...page.edges.map(({ node }) => node));
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
  return periods;
}

function tableOf(periods: readonly LifecycleGoalPeriod[]): string {
  const [first] = periods;
  if (first === undefined) return NOTHING_KNOWN;
  const rows = periods.flatMap((period) =>
    period.stages.map((goals) => [
      `${dateOf(period.since)}${period.isComplete ? '' : ' (running)'}`,
      goals.stage,
      goals.sizeAtBegin,
      goals.inflow,
      goals.outflow,
      goals.reclassifiedIn - goals.reclassifiedOut,
      goals.sizeAtEnd,
      goals.medianStayDays,
      ...ratesOf(goals),
    ]),
  );
  const table = formatTable(
    [
      ...['from', 'stage', 'begin', 'in', 'out', 'by model', 'end', 'days stayed'],
      ...['onward', 'churn', 'bought again', 'ARPU', 'NPS'],
    ],
    rows,
  );
  return `${table}\n\nAs was known at ${first.knownAt.toISOString()}.`;
}

function ratesOf(goals: LifecycleStageGoals) {
  return [
    percent(goals.conversionRate),
    percent(goals.churnRate),
    percent(goals.repurchaseRate),
    goals.arpu === null ? null : { figure: goals.arpu.amount },
    goals.nps === null ? null : Math.round(goals.nps),
  ];
}

function percent(part: number | null) {
  return part === null ? null : { figure: `${(part * 100).toFixed(1)} %` };
}
