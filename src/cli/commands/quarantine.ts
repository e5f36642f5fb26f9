import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { type Command, InvalidArgumentError } from 'commander';
import type { App } from '../../app';
import { readPayload } from '../../domains/events';
import {
  type AskedConditions,
  quarantineFaultMessages,
  type ReplayOutcome,
  readSelection,
  toQuarantineConditions,
} from '../../domains/quarantine';
import type { InstantPosition } from '../../platform/database/keyset';
import { encodeCursor } from '../../platform/graphql/cursor';
import { instantCursor } from '../../platform/graphql/instant-cursor';
import { readPageArguments } from '../../platform/graphql/page-arguments';
import { InvalidInput, NotFound } from '../../shared/errors';
import { fromPublicId, type QuarantineId } from '../../shared/ids';
import { asJson } from '../json';
import type { RunWithApp } from '../with-app';
import * as show from './quarantine-output';

/** Who decides, where the command line is used: whoever can run it holds the database anyway. */
const ACTOR = 'cli';

const states = ['PENDING', 'REPLAYED', 'SUPERSEDED', 'DISCARDED'] as const;

interface JsonOption {
  readonly json?: boolean;
}

type SelectionOptions = AskedConditions & { readonly all?: boolean };

export function addQuarantine(quarantine: Command, runWithApp: RunWithApp): void {
  addFilter(quarantine.command('list'))
    .description('what was set aside, newest first')
    .option('--state <state>', `one of ${states.join(', ')}; any where left out`, parseState)
    .option('--first <count>', 'how many, 1 … 100', parseCount, 20)
    .option('--after <cursor>', 'go on after a page, as its last line says')
    .option('--json', 'for programs')
    .action((options: ListOptions) => runWithApp((app, out) => list(app, out, options)));

  quarantine
    .command('counts')
    .description('how many are pending, for each source and reason')
    .option('--json', 'for programs')
    .action(({ json }: JsonOption) =>
      runWithApp(async (app, out) => {
        const counts = await app.reads.quarantine.countPending();
        out.write(json ? asJson(counts) : show.countsTable(counts));
      }),
    );

  quarantine
    .command('show')
    .description('one of them: what was sent, and what was made of it')
    .argument('<id>', 'as `quarantine list` shows it')
    .option('--json', 'for programs')
    .action((id: string, { json }: JsonOption) =>
      runWithApp(async (app, out) => {
        const row = await app.reads.quarantine.findOne(toId(id));
        if (row === null) throw new NotFound(quarantineFaultMessages.NOT_FOUND);
        out.write(json ? asJson(show.toJson(row)) : show.details(row));
      }),
    );

  quarantine
    .command('correct')
    .description('put an event in the place of what was sent; it is not replayed by that')
    .argument('<id>', 'as `quarantine list` shows it')
    .argument('<file>', 'the event as JSON; - for standard input')
    .requiredOption('--because <text>', 'why')
    .action((id: string, file: string, { because }: { because: string }) =>
      runWithApp((app, out) => correct(app, out, { id, file, because })),
    );

  addFilter(quarantine.command('replay'))
    .description('send pending ones through the pipeline again, oldest first')
    .argument('[ids...]', 'these; or a filter, or --all')
    .option('--all', 'all that are pending')
    .option('--limit <count>', 'no more of a filter than this', parseCount)
    .option('--json', 'for programs')
    .action((ids: string[], options: ReplayOptions) =>
      runWithApp((app, out, signal) => replay(app, out, signal, ids, options)),
    );

  addFilter(quarantine.command('discard'))
    .description('decide that pending ones are never to count')
    .argument('[ids...]', 'these; or a filter, or --all')
    .option('--all', 'all that are pending')
    .requiredOption('--because <text>', 'why')
    .option('--json', 'for programs')
    .action((ids: string[], options: SelectionOptions & JsonOption & { because: string }) =>
      runWithApp(async (app, out) => {
        const decision = { reason: options.because, actor: ACTOR };
        const outcome = await app.quarantine.discard(
          readSelection(toAsked(ids, options)),
          decision,
        );
        if (outcome.kind === 'REFUSED') {
          throw new InvalidInput(quarantineFaultMessages[outcome.fault]);
        }
        const { discarded, skipped } = outcome;
        out.write(
          options.json
            ? asJson({ discarded, skipped })
            : `Discarded ${discarded.toLocaleString('en')}; ${skipped} were settled before or are none.\n`,
        );
      }),
    );
}

function addFilter(command: Command): Command {
  return command
    .option('--source <name>', 'from this source, e.g. key:crm-sync')
    .option('--reason <code>', 'set aside for this reason, e.g. NO_USABLE_IDENTIFIER')
    .option('--since <time>', 'that arrived first at this time or later, ISO 8601', parseTime)
    .option('--until <time>', 'that arrived first before this time, ISO 8601', parseTime);
}

interface ListOptions extends AskedConditions, JsonOption {
  readonly first: number;
  readonly after?: string;
}

async function list(app: App, out: NodeJS.WritableStream, options: ListOptions): Promise<void> {
  const asked = readPageArguments(options, instantCursor);
  const conditions = toQuarantineConditions(options);
  const rows = await app.reads.quarantine.findPage(conditions, asked);
  const page = rows.slice(0, asked.size);
  const last = rows.length > asked.size ? page.at(-1) : undefined;
  const endCursor =
    last === undefined
      ? null
      : encodeCursor(instantCursor.write({ at: last.firstReceivedAt, id: last.quarantineId }));
  out.write(
    options.json
      ? asJson({ events: page.map(show.toJson), endCursor })
      : show.listTable(page, endCursor),
  );
}

async function correct(
  app: App,
  out: NodeJS.WritableStream,
  asked: { readonly id: string; readonly file: string; readonly because: string },
): Promise<void> {
  const id = toId(asked.id);
  const text = asked.file === '-' ? await readAll(process.stdin) : await readText(asked.file);
  const event = readPayload(text);
  if (event === null) {
    throw new InvalidInput('The file holds no event: JSON with a name and identifiers.');
  }
  const outcome = await app.quarantine.correct({ id, event, reason: asked.because, actor: ACTOR });
  if (outcome.kind === 'REFUSED') throw new InvalidInput(quarantineFaultMessages[outcome.fault]);
  out.write(`Corrected ${asked.id}. Replay it with: perennial quarantine replay ${asked.id}\n`);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new InvalidInput('There is no file of this name that can be read.');
  }
}

interface ReplayOptions extends SelectionOptions, JsonOption {
  readonly limit?: number;
}

/** Replayed by one call of the service. */
const PAGE = 500;

async function replay(
  app: App,
  out: NodeJS.WritableStream,
  signal: AbortSignal,
  ids: readonly string[],
  options: ReplayOptions,
): Promise<void> {
  const asked = toAsked(ids, options);
  const limit = options.limit ?? Number.POSITIVE_INFINITY;
  const outcomes: ReplayOutcome[] = [];
  let after: InstantPosition | null = null;
  do {
    const page = Math.min(PAGE, limit - outcomes.length);
    const selection = readSelection({ ...asked, limit: page });
    const next = selection.kind === 'IDS' ? selection : { ...selection, after };
    const result = await app.quarantineReplay.replay(next, ACTOR);
    outcomes.push(...result.outcomes);
    after = result.end;
  } while (after !== null && outcomes.length < limit && !signal.aborted);
  out.write(options.json ? asJson(outcomes.map(show.outcomeToJson)) : show.replayed(outcomes));
}

/** Ids, or a filter; all only where that is said. */
function toAsked(ids: readonly string[], options: SelectionOptions) {
  const { source, reason, since, until } = options;
  const isFiltered = [source, reason, since, until].some((part) => part !== undefined);
  const filter = isFiltered || options.all === true ? { source, reason, since, until } : null;
  if (ids.length === 0 && filter === null) {
    throw new InvalidInput('Name some by their ids, or by a filter, or say --all.');
  }
  return { ids: ids.length === 0 ? null : ids, filter };
}

function toId(text: string): QuarantineId {
  return fromPublicId<QuarantineId>('qtn', text);
}

function parseState(text: string): (typeof states)[number] {
  const state = states.find((name) => name === text.toUpperCase());
  if (state === undefined) throw new InvalidArgumentError(`One of ${states.join(', ')}.`);
  return state;
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1) {
    throw new InvalidArgumentError('It must be a whole number from 1.');
  }
  return count;
}

function parseTime(text: string): Date {
  const time = new Date(text);
  if (!/^\d{4}-/.test(text) || Number.isNaN(time.getTime())) {
    throw new InvalidArgumentError('It must be a time like 2026-11-01 or 2026-11-01T08:00:00Z.');
  }
  return time;
}
