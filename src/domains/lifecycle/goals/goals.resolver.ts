import { Arg, Args, Query, Resolver } from 'type-graphql';
import { type Connection, pageOfRows, toConnection } from '../../../platform/graphql/connection';
import type { CursorForm } from '../../../platform/graphql/cursor';
import { toMoney } from '../../../platform/graphql/money.type';
import { PageArguments, readPageArguments } from '../../../platform/graphql/page-arguments';
import type { Clock } from '../../../shared/clock';
import type { Currency } from '../../../shared/currency';
import { dayOf, type EpochDay, formatDay, startOfDay } from '../../../shared/days';
import { InvalidInput } from '../../../shared/errors';
import { readInstant } from '../../../shared/instant';
import {
  type Period,
  type PeriodLength,
  periodOf,
  periodsFrom,
  periodsUpTo,
} from './goals.periods.rules';
import { dayRange } from './goals.range.rules';
import { LifecycleGoalReads } from './goals.reads';
import type { StageGoals } from './goals.rules';
import type { GoalStage } from './goals.stages.rules';
import {
  LifecycleGoalPeriod,
  LifecycleGoalPeriodConnection,
  LifecyclePeriodLength,
  LifecycleStageGoals,
} from './goals.types';

@Resolver()
export class LifecycleGoalResolver {
  constructor(
    private readonly reads: LifecycleGoalReads,
    private readonly currency: Currency,
    private readonly clock: Clock,
  ) {}

  @Query(() => LifecycleGoalPeriodConnection, {
    description:
      'The indicators of the stages of a model, by weeks or months, the earliest first. Added up by ' +
      'a job in passes over all customers (`knownAt`); empty before the first pass that took the model ' +
      'in.',
  })
  async lifecycleStageGoals(
    @Args() paging: PageArguments,
    @Arg('every', () => LifecyclePeriodLength, { description: 'How long a period is.' })
    every: PeriodLength,
    @Arg('from', () => Date, {
      description: 'From the period that holds this instant on, from 1970 and not in the future.',
    })
    from: Date,
    @Arg('to', () => Date, {
      nullable: true,
      description: 'Periods that begin before this; up to the running one where left out.',
    })
    to: Date | null = null,
    @Arg('model', () => String, {
      nullable: true,
      description: 'The name of a model in use; the default one where left out.',
    })
    model: string | null = null,
    @Arg('stage', () => String, {
      nullable: true,
      description: 'One stage of the model; all of them where left out.',
    })
    stage: string | null = null,
  ): Promise<Connection<LifecycleGoalPeriod>> {
    const page = readPageArguments(paging, periodCursors[every]);
    const asked = await this.reads.model(model);
    if (stage !== null) refuseUnknownStage(stage, asked.stages);
    const { reckoned } = asked;
    const now = this.clock.now();
    const range = dayRange({ from, to }, reckoned?.asOf ?? now, now);
    const first = Math.max(range.first, page.after?.ends ?? range.first) as EpochDay;
    const end = Math.min(range.end, page.before?.starts ?? range.end) as EpochDay;
    const find = page.isBackward ? periodsUpTo : periodsFrom;
    const periods = reckoned === null ? [] : find(every, first, end, page.limit);
    const shown = pageOfRows(periods, page);
    const goals = await this.reads.goals(asked, every, shown);
    const toNode = (period: Period): LifecycleGoalPeriod => ({
      since: startOfDay(period.starts),
      until: startOfDay(period.ends),
      isComplete: reckoned !== null && startOfDay(period.ends) <= reckoned.asOf,
      knownAt: reckoned?.asOf ?? now,
      stages: (goals[shown.indexOf(period)] ?? [])
        .filter((one) => (stage === null ? isWorthTelling(one, asked.stages) : one.stage === stage))
        .map((one) => toStageGoals(one, this.currency)),
    });
    return toConnection(periods, page, toNode, (period) => period);
  }
}

/** A misspelt stage must not look like one that nobody is in. */
function refuseUnknownStage(stage: string, stages: readonly GoalStage[]): void {
  const names = stages.map(({ name }) => name);
  if (names.includes(stage)) return;
  throw new InvalidInput(`There is no such stage. Stages: ${names.join(', ')}.`, {
    argument: 'stage',
    stages: names,
  });
}

/** A period is marked by its first day. */
function periodCursor(every: PeriodLength): CursorForm<Period> {
  return {
    length: 1,
    write: ({ starts }) => [formatDay(starts)],
    read: ([text = '']) => {
      const instant = readInstant(text);
      const period = instant === null ? null : periodOf(every, dayOf(new Date(instant)));
      return period !== null && formatDay(period.starts) === text ? period : null;
    },
  };
}

const periodCursors = { WEEK: periodCursor('WEEK'), MONTH: periodCursor('MONTH') } as const;

/** Stages of earlier versions are told only where there was somebody in them. */
function isWorthTelling(goals: StageGoals, stages: readonly GoalStage[]): boolean {
  if (stages.some(({ name, isInForce }) => isInForce && name === goals.stage)) return true;
  const { sizeAtBegin, inflow, reclassifiedIn } = goals;
  return sizeAtBegin + inflow + reclassifiedIn > 0;
}

function toStageGoals(goals: StageGoals, currency: Currency): LifecycleStageGoals {
  const { revenueMinor, arpuMinor, ...shown } = goals;
  return {
    ...shown,
    revenue: toMoney(revenueMinor, currency),
    arpu: arpuMinor === null ? null : toMoney(Math.round(arpuMinor), currency),
  };
}
