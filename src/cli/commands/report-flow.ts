import type { Command } from 'commander';
import type { App } from '../../app';
import { type LifecycleFlow, LifecycleFlowResolver, periodsFrom } from '../../domains/lifecycle';
import { dayOf, MS_PER_DAY, startOfDay } from '../../shared/days';
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

const DAYS_BACK = 30;

const PERIODS_MAX = 1000;

interface FlowOptions extends RangeOptions {
  readonly every?: Every;
}

export function addReportFlow(program: Command, runWithApp: RunWithApp): void {
  const command = program
    .command('flow')
    .description('who went from which stage to which')
    .addOption(everyOption('one table for each period; one for all of the time where left out'));
  addRangeOptions(command, `from this date on; ${DAYS_BACK} days back where left out`).action(
    (options: FlowOptions) =>
      runWithApp(async (app, out) => {
        await requireReckoned(app, options.model ?? null);
        const flows = await findFlows(app, options);
        const words = flows.length === 0 ? NOTHING_KNOWN : flows.map(inWords).join('\n\n');
        out.write(options.json ? asJson(flows) : `${words}\n`);
      }),
  );
}

/** As the API tells them. */
async function findFlows(
  app: App,
  { every, from, to, model }: FlowOptions,
): Promise<readonly LifecycleFlow[]> {
  const resolver = new LifecycleFlowResolver(app.reads.lifecycleGoals, app.clock);
  const begin = from ?? new Date(app.clock.now().getTime() - DAYS_BACK * MS_PER_DAY);
  const whole = await resolver.lifecycleFlow(begin, to ?? null, model ?? null);
  // Of a time after the last pass nothing is known yet.
  if (whole === null || whole.since >= whole.until) return [];
  if (every === undefined) return [whole];
  const [first, end] = [dayOf(whole.since), dayOf(whole.until)];
  const flows: LifecycleFlow[] = [];
  for (const period of periodsFrom(lengths[every], first, end, PERIODS_MAX)) {
    const starts = period.starts < first ? first : period.starts;
    const ends = period.ends > end ? end : period.ends;
    const flow = await resolver.lifecycleFlow(startOfDay(starts), startOfDay(ends), model ?? null);
    if (flow !== null) flows.push(flow);
  }
  return flows;
}

function inWords(flow: LifecycleFlow): string {
  const last = new Date(flow.until.getTime() - 1);
  const span = `${flow.model}, ${dateOf(flow.since)} to ${dateOf(last)}`;
  return `${span}, as was known at ${flow.knownAt.toISOString()}\n${matrixOf(flow)}`;
}

/** From the stages on the left to those above; only of stages that somebody left or came to. */
function matrixOf({ stages, flows }: LifecycleFlow): string {
  if (flows.length === 0) return 'Nobody moved.';
  const names = stages.map(({ stage }) => stage);
  const origins = [null, ...names].filter((name) => flows.some(({ from }) => from === name));
  const targets = names.filter((name) => flows.some(({ to }) => to === name));
  return formatTable(
    ['from \\ to', ...targets],
    origins.map((origin) => [
      origin ?? '(new)',
      ...targets.map(
        (target) => flows.find(({ from, to }) => from === origin && to === target)?.moves ?? null,
      ),
    ]),
  );
}
