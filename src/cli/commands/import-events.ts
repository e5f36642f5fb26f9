import { readFile } from 'node:fs/promises';
import { addAbortSignal } from 'node:stream';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type App, recalibrate } from '../../app';
import type { ImportCheckpoint, ImportIdentity } from '../../domains/imports';
import { InvalidInput } from '../../shared/errors';
import { EventImport, intoPipeline, intoRehearsal, NOTHING_YET } from '../event-import';
import { type CsvMapping, readCsvMapping } from '../formats/csv-mapping';
import type { EventFormat, EventLine } from '../formats/event-format';
import { type EventFormatName, eventFormat, eventFormatNames } from '../formats/event-formats';
import { startProgress } from '../progress';
import { openFile, openStream, type TextInput } from '../text-input';
import type { RunWithApp } from '../with-app';

interface ImportOptions {
  readonly format?: EventFormatName;
  readonly mapping?: string;
  readonly source?: string;
  readonly fromLine: number;
  readonly dryRun: boolean;
  readonly restart: boolean;
  readonly strict: boolean;
}

/** All lines were read, and some of them do not count. */
const EXIT_CODE_QUARANTINED = 2;

const STANDARD_INPUT = '-';

export function addImportEvents(program: Command, runWithApp: RunWithApp): void {
  program
    .command('events')
    .description('send a file of events through the pipeline; goes on where an earlier run stopped')
    .argument('<file>', `the file, packed by gzip or not; ${STANDARD_INPUT} for standard input`)
    .addOption(
      new Option('--format <name>', 'default: csv with a mapping, ndjson without').choices(
        eventFormatNames,
      ),
    )
    .option('--mapping <file>', 'for csv: JSON that says which column is what')
    .option('--source <name>', 'record the events under import:NAME; default: the file name')
    .option('--from-line <number>', 'leave out the lines before', parseLineNumber, 1)
    .option('--dry-run', 'tell what would come of it, and keep nothing', false)
    .option('--restart', 'begin anew, whatever an earlier run has done', false)
    .option('--strict', `end with code ${EXIT_CODE_QUARANTINED} if anything is quarantined`, false)
    .action((file: string, options: ImportOptions) =>
      runWithApp((app, out, signal) => importEvents(app, file, options, out, signal)),
    );
}

/** Imports the file and tells what came of it. */
async function importEvents(
  app: App,
  file: string,
  options: ImportOptions,
  out: NodeJS.WritableStream,
  signal: AbortSignal,
): Promise<void> {
  const { format, reading } = await chooseFormat(options);
  try {
    const input =
      file === STANDARD_INPUT
        ? await openStream(addAbortSignal(signal, process.stdin))
        : await openFile(file);
    const identity: ImportIdentity = {
      source: toSource(options.source ?? nameWithoutEndings(input.name)),
      fileName: input.name,
      fileBytes: input.storedBytes,
      headDigest: input.headDigest,
      reading,
      linesBefore: options.fromLine - 1,
    };
    const begun = options.restart || options.dryRun ? null : await app.imports.find(identity);
    const { quarantined } =
      begun?.finishedAt != null
        ? tellFinished(input, begun, begun.finishedAt, out)
        : await readOn(app, { input, identity, format, begun, options }, out, signal);
    if (options.strict && quarantined > 0) process.exitCode = EXIT_CODE_QUARANTINED;
  } catch (error) {
    // Standard input that is cut off for it says something of streams.
    signal.throwIfAborted();
    throw error;
  } finally {
    // What comes by it and is not read would keep the process alive.
    if (file === STANDARD_INPUT) process.stdin.destroy();
  }
}

interface Run {
  readonly input: TextInput;
  readonly identity: ImportIdentity;
  readonly format: EventFormat;
  readonly begun: ImportCheckpoint | null;
  readonly options: ImportOptions;
}

async function readOn(
  app: App,
  { input, identity, format, begun, options }: Run,
  out: NodeJS.WritableStream,
  signal: AbortSignal,
): Promise<ImportCheckpoint> {
  const { linesBefore } = identity;
  const job = options.dryRun
    ? new EventImport(NOTHING_YET, intoRehearsal(app, identity), async () => undefined)
    : new EventImport(begun ?? NOTHING_YET, intoPipeline(app, identity), (checkpoint) =>
        app.imports.save(identity, checkpoint),
      );
  const startedAt = app.clock.now();
  await runWithProgress(app, input, job, format(input, begun ?? placeBehind(linesBefore)), signal);
  const seconds = (app.clock.now().getTime() - startedAt.getTime()) / 1000;
  if (!options.dryRun && job.tally.accepted > 0) await recalibrate(app);
  out.write(`${summarise(job, begun, options, seconds)}\n`);
  return job.soFar;
}

async function runWithProgress(
  app: App,
  input: TextInput,
  job: EventImport,
  lines: AsyncIterable<EventLine>,
  signal: AbortSignal,
): Promise<void> {
  let before = input.storedBytesAt(job.soFar.bytes);
  const progress = startProgress({
    unit: 'events',
    total: input.storedBytes === null ? null : input.storedBytes - before,
    totalIsOf: 'bytes',
    stream: process.stderr,
    clock: app.clock,
  });
  try {
    await job.run(lines, signal, app.clock, (events, { bytes }) => {
      const behind = input.storedBytesAt(bytes);
      progress.advance(events, behind - before);
      before = behind;
    });
  } finally {
    progress.finish();
  }
}

function summarise(
  { tally, soFar }: EventImport,
  begun: ImportCheckpoint | null,
  { dryRun }: ImportOptions,
  seconds: number,
): string {
  const parts = [
    dryRun ? 'A dry run: nothing of this was kept.' : '',
    begun === null ? '' : `Went on behind line ${begun.lines.toLocaleString('en')}.`,
    tally.describeCounts(),
    tally.describeReasons(),
    tally.describeFaults(),
    tally.describeRate(seconds),
    begun === null ? '' : `Over all runs: ${describeCounts(soFar)}.`,
    tally.changedNothing ? 'Nothing changed: all of it was here already.' : '',
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function tellFinished(
  { name }: TextInput,
  done: ImportCheckpoint,
  finishedAt: Date,
  out: NodeJS.WritableStream,
): ImportCheckpoint {
  const when = finishedAt.toISOString().slice(0, 10);
  out.write(`${name} was imported to its end on ${when}: ${describeCounts(done)}.\n`);
  out.write('Nothing was read. --restart reads it again; what is here already changes nothing.\n');
  return done;
}

function describeCounts({ accepted, duplicates, quarantined }: ImportCheckpoint): string {
  return [
    `${accepted.toLocaleString('en')} accepted`,
    `${duplicates.toLocaleString('en')} duplicates`,
    `${quarantined.toLocaleString('en')} quarantined`,
  ].join(', ');
}

/** Where only the lines are known, the bytes have to be read. */
function placeBehind(lines: number) {
  return { lines, bytes: lines === 0 ? 0 : null };
}

/** The format, and what tells reading so from reading otherwise. */
async function chooseFormat(options: ImportOptions) {
  const mapping = options.mapping === undefined ? null : await readMappingFile(options.mapping);
  const name = options.format ?? (mapping === null ? 'ndjson' : 'csv');
  if (name !== 'csv' && mapping !== null) {
    throw new InvalidInput(`A mapping is for csv; ${name} needs none.`);
  }
  const format = eventFormat(name, mapping?.mapping ?? null);
  if (format === null) {
    throw new InvalidInput('csv needs a mapping: --mapping FILE says which column is what.');
  }
  return { format, reading: JSON.stringify([name, mapping?.document ?? null]) };
}

async function readMappingFile(
  path: string,
): Promise<{ readonly document: unknown; readonly mapping: CsvMapping }> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new InvalidInput(`There is no mapping ${path} that can be read.`);
  });
  const document = tryParse(text);
  if (document === undefined) throw new InvalidInput(`The mapping ${path} is no JSON.`);
  const read = readCsvMapping(document);
  if (!read.valid) {
    throw new InvalidInput([`The mapping ${path} cannot be used.`, ...read.faults].join('\n  '));
  }
  return { document, mapping: read.mapping };
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const SOURCE_PREFIX = 'import:';

function toSource(name: string): string {
  return name.startsWith(SOURCE_PREFIX) ? name : `${SOURCE_PREFIX}${name}`;
}

/** So that a file has one source whether it is packed or not. */
function nameWithoutEndings(fileName: string): string {
  if (fileName === STANDARD_INPUT) return 'stdin';
  return fileName.replace(/\.gz$/i, '').replace(/\.(ndjson|jsonl|json|csv|tsv|txt)$/i, '');
}

function parseLineNumber(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('Lines are counted from 1.');
  return Number(text);
}
