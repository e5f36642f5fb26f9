import { type Command, InvalidArgumentError, Option } from 'commander';
import type { App } from '../../app';
import type { PeriodLength } from '../../domains/lifecycle';
import { NotFound } from '../../shared/errors';
import { readInstant } from '../../shared/instant';

export const NOTHING_KNOWN = 'Nothing is known of that time yet.';

/** What a report over goals is asked for. */
export interface RangeOptions {
  readonly from?: Date;
  readonly to?: Date;
  readonly model?: string;
  readonly json?: boolean;
}

export const lengths = {
  week: 'WEEK',
  month: 'MONTH',
} as const satisfies Readonly<Record<string, PeriodLength>>;

export type Every = keyof typeof lengths;

export function everyOption(help: string): Option {
  return new Option('--every <period>', help).choices(Object.keys(lengths));
}

export function addRangeOptions(command: Command, fromHelp: string): Command {
  return command
    .option('--from <date>', fromHelp, parseDate)
    .option(
      '--to <date>',
      'up to this date, itself not counted; to the latest known where left out',
      parseDate,
    )
    .option('--model <name>', 'a lifecycle model in use; the default one where left out')
    .option('--json', 'for programs: as the API tells it');
}

/** @throws NotFound where nothing is added up yet, which is no answer and no zero */
export async function requireReckoned(app: App, model: string | null): Promise<void> {
  const { name, reckoned } = await app.reads.lifecycleGoals.model(model);
  if (reckoned !== null) return;
  throw new NotFound(
    `Nothing is added up of ${name} yet: the job reckon-lifecycle-goals has to have gone through ` +
      'all customers once. It runs in the server and in workers.',
  );
}

/** `YYYY-MM-DD`. */
export function dateOf(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}

function parseDate(text: string): Date {
  const instant = readInstant(text);
  if (instant === null) throw new InvalidArgumentError('A date is written like 2026-10-01.');
  return new Date(instant);
}
