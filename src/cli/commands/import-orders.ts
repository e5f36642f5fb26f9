import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import { type App, recalibrate } from '../../app';
import { EVENT_BATCH_MAX, type IncomingEvent } from '../../domains/events';
import { ValueTier } from '../../domains/value';
import { InvalidInput } from '../../shared/errors';
import { cdnowOrderToEvent, readCdnow, shiftDaysToNow, surveyCdnow } from '../formats/cdnow';
import { ImportTally } from '../import-tally';
import { startProgress } from '../progress';
import { formatTable } from '../table';
import type { RunWithApp } from '../with-app';

interface ImportOptions {
  readonly format: 'cdnow';
  readonly source: string;
  readonly shiftToNow: boolean;
}

interface NumberedEvent {
  readonly lineNumber: number;
  readonly event: IncomingEvent;
}

export function addImportOrders(program: Command, runWithApp: RunWithApp): void {
  program
    .command('orders')
    .description('send a log of purchases through the pipeline; safe to run again')
    .argument('<file>', 'the log')
    .addOption(
      new Option('--format <name>', 'what the log looks like').choices(['cdnow']).default('cdnow'),
    )
    .option('--source <name>', 'what the events are recorded under', 'import:cdnow')
    .option(
      '--shift-to-now',
      'move all dates by one number of days, so that the log ends today',
      false,
    )
    .action((file: string, options: ImportOptions) =>
      runWithApp((app, out, signal) => importOrders(app, file, options, out, signal)),
    );
}

/** Imports the log and tells what came of it. */
async function importOrders(
  app: App,
  file: string,
  options: ImportOptions,
  out: NodeJS.WritableStream,
  signal: AbortSignal,
): Promise<void> {
  await access(file).catch(() => {
    throw new InvalidInput(`There is no file ${file} that can be read.`);
  });
  const survey = await surveyCdnow(createReadStream(file));
  if (survey.latestDay === null) {
    throw new InvalidInput(`${file} holds no purchase in the format ${options.format}.`);
  }
  const shiftDays = options.shiftToNow ? shiftDaysToNow(survey.latestDay, app.clock.now()) : 0;
  const startedAt = app.clock.now();
  const tally = await sendAll(app, file, survey.orders, shiftDays, options.source, signal);
  const seconds = (app.clock.now().getTime() - startedAt.getTime()) / 1000;
  if (tally.accepted > 0) await recalibrate(app);
  out.write(`${await summarise(app, tally, seconds)}\n`);
}

async function sendAll(
  app: App,
  file: string,
  total: number,
  shiftDays: number,
  source: string,
  signal: AbortSignal,
): Promise<ImportTally> {
  const tally = new ImportTally();
  const progress = startProgress({
    unit: 'orders',
    total,
    stream: process.stderr,
    clock: app.clock,
  });
  const send = async (batch: readonly NumberedEvent[]): Promise<void> => {
    signal.throwIfAborted();
    const events = batch.map(({ event }) => event);
    const { outcomes } = await app.events.ingest(source, events);
    tally.countAll(
      outcomes,
      batch.map(({ lineNumber }) => lineNumber),
    );
    progress.advance(batch.length);
  };
  try {
    let batch: NumberedEvent[] = [];
    for await (const line of readCdnow(createReadStream(file))) {
      const { lineNumber } = line;
      if ('fault' in line) {
        tally.countUnreadable(lineNumber, line.fault.message);
        continue;
      }
      const event = cdnowOrderToEvent(line.order, shiftDays);
      const fileLine = { file: basename(file), line: lineNumber };
      batch.push({ lineNumber, event: { ...event, fileLine } });
      if (batch.length === EVENT_BATCH_MAX) {
        await send(batch);
        batch = [];
      }
    }
    if (batch.length > 0) await send(batch);
  } finally {
    progress.finish();
  }
  return tally;
}

async function summarise(app: App, tally: ImportTally, seconds: number): Promise<string> {
  const parts = [
    tally.describeCounts(),
    tally.describeReasons(),
    tally.describeFaults(),
    tally.describeRate(seconds),
    tally.changedNothing ? 'Nothing changed: all of it was here already.' : '',
    describeCounts(
      'stage',
      await app.reads.lifecycle.stageNames(),
      await app.reads.directory.countByStage(),
    ),
    describeCounts('tier', Object.values(ValueTier), await app.reads.directory.countByTier()),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** Everybody in the database, in the order of the names. */
function describeCounts(
  what: string,
  names: readonly string[],
  counts: ReadonlyMap<string, number>,
): string {
  const rows = names.map((name): [string, number] => [name, counts.get(name) ?? 0]);
  return formatTable([`customers by ${what}`, 'count'], rows);
}
