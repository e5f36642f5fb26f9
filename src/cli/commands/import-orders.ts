import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { type Command, Option } from 'commander';
import { type App, recalibrate } from '../../app';
import { EVENT_BATCH_MAX, type EventOutcome, type IncomingEvent } from '../../domains/events';
import { ValueTier } from '../../domains/value';
import { InvalidInput } from '../../shared/errors';
import {
  type CdnowFault,
  cdnowOrderToEvent,
  readCdnow,
  shiftDaysToNow,
  surveyCdnow,
} from '../formats/cdnow';
import { startProgress } from '../progress';
import { formatTable } from '../table';
import type { RunWithApp } from '../with-app';

interface ImportOptions {
  readonly format: 'cdnow';
  readonly source: string;
  readonly shiftToNow: boolean;
}

interface Tally {
  accepted: number;
  duplicates: number;
  quarantined: number;
  /** How many were quarantined, by reason. */
  readonly reasons: Map<string, number>;
  readonly faults: { readonly lineNumber: number; readonly fault: CdnowFault }[];
}

/** Faulty lines shown in the summary; more would bury it. */
const FAULTS_SHOWN_MAX = 5;

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
  const open = (): Readable => createReadStream(file);
  const survey = await surveyCdnow(open());
  if (survey.latestDay === null) {
    throw new InvalidInput(`${file} holds no purchase in the format ${options.format}.`);
  }
  const shiftDays = options.shiftToNow ? shiftDaysToNow(survey.latestDay, app.clock.now()) : 0;
  const startedAt = app.clock.now();
  const tally = await sendAll(app, open(), survey.orders, shiftDays, options.source, signal);
  const seconds = (app.clock.now().getTime() - startedAt.getTime()) / 1000;
  if (tally.accepted > 0) await recalibrate(app);
  out.write(`${await summarise(app, tally, seconds)}\n`);
}

async function sendAll(
  app: App,
  log: Readable,
  total: number,
  shiftDays: number,
  source: string,
  signal: AbortSignal,
): Promise<Tally> {
  const tally: Tally = {
    accepted: 0,
    duplicates: 0,
    quarantined: 0,
    reasons: new Map(),
    faults: [],
  };
  const progress = startProgress({
    unit: 'orders',
    total,
    stream: process.stderr,
    clock: app.clock,
  });
  const send = async (events: readonly IncomingEvent[]): Promise<void> => {
    signal.throwIfAborted();
    const { outcomes } = await app.events.ingest(source, events);
    for (const outcome of outcomes) count(tally, outcome);
    progress.advance(events.length);
  };
  try {
    let batch: IncomingEvent[] = [];
    for await (const line of readCdnow(log)) {
      if ('fault' in line) {
        tally.faults.push(line);
        continue;
      }
      batch.push(cdnowOrderToEvent(line.order, shiftDays));
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

function count(tally: Tally, outcome: EventOutcome): void {
  switch (outcome.status) {
    case 'ACCEPTED':
      tally.accepted += 1;
      break;
    case 'DUPLICATE':
      tally.duplicates += 1;
      break;
    case 'QUARANTINED':
      tally.quarantined += 1;
      tally.reasons.set(outcome.reason, (tally.reasons.get(outcome.reason) ?? 0) + 1);
  }
}

async function summarise(app: App, tally: Tally, seconds: number): Promise<string> {
  const { accepted, duplicates, quarantined, reasons, faults } = tally;
  const events = accepted + duplicates + quarantined;
  const parts = [
    formatTable(
      ['events', 'count'],
      [
        ['accepted', accepted],
        ['duplicates', duplicates],
        ['quarantined', quarantined],
        ['unreadable lines', faults.length],
      ],
    ),
    reasons.size === 0 ? '' : formatTable(['quarantined for', 'count'], [...reasons]),
    ...describeFaults(faults),
    `${events.toLocaleString('en')} events in ${seconds.toFixed(1)} s: ${Math.round(events / Math.max(seconds, 0.001)).toLocaleString('en')} a second.`,
    duplicates === events ? 'Nothing changed: all of it was here already.' : '',
    describeCounts(
      'stage',
      app.lifecycleModel.stages.map(({ name }) => name),
      await app.reads.directory.countByStage(),
    ),
    describeCounts('tier', Object.values(ValueTier), await app.reads.directory.countByTier()),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function describeFaults(faults: Tally['faults']): string[] {
  if (faults.length === 0) return [];
  const shown = faults
    .slice(0, FAULTS_SHOWN_MAX)
    .map(({ lineNumber, fault }) => `  line ${lineNumber}: ${fault.message}`);
  const more = faults.length - shown.length;
  return [[...shown, ...(more > 0 ? [`  … and ${more} more`] : [])].join('\n')];
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
