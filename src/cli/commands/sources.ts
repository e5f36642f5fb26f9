import { type Command, InvalidArgumentError } from 'commander';
import type { App } from '../../app';
import {
  type SourceRecord,
  type SourceSettings,
  sourceActor,
  sourceScopes,
  type WriteKeyId,
} from '../../domains/sources';
import type { Scope } from '../../platform/auth/scopes';
import { InvalidInput } from '../../shared/errors';
import { fromPublicId, toPublicId } from '../../shared/ids';
import { commandLine, scopesParser } from '../scopes';
import { formatTable } from '../table';
import type { RunWithApp } from '../with-app';

/** Settings as they are written on the command line: "all" and "none" stand for no limit. */
interface SettingOptions {
  readonly scopes?: readonly Scope[];
  readonly rate?: number | 'none';
  readonly namespaces?: readonly string[];
  readonly eventNames?: readonly string[];
  readonly origins?: readonly string[];
}

export function addSources(sources: Command, runWithApp: RunWithApp): void {
  sources
    .command('list')
    .description('every source, with what became of its events')
    .action(() => runWithApp(listSources));
  sources
    .command('show')
    .description('a source with its write keys, and why events of it were quarantined')
    .argument('<name>', 'as `sources list` shows it')
    .action((name: string) => runWithApp((app, out) => showSource(app, name, out)));
  withSettings(sources.command('create'))
    .description('make a source; its first write key is shown once')
    .argument('<name>', 'unique and permanent, e.g. web-shop')
    .action((name: string, options: SettingOptions) =>
      runWithApp(async (app, out) => {
        const request = { name, ...settingsIn(options) };
        const outcome = await app.sources.create(request, commandLine);
        if (outcome.kind === 'SOURCE_NAME_TAKEN') {
          throw new InvalidInput(`A source named ${name} exists. Choose another name.`);
        }
        out.write(`Write key: ${outcome.secret}\n`);
      }),
    );
  withSettings(sources.command('update'))
    .description('change what a source may send; what is not named stays')
    .argument('<name>', 'the source')
    .action((name: string, options: SettingOptions) =>
      runWithApp(async (app, out) => {
        const { sourceId } = await app.reads.sources.getByName(name);
        await app.sources.update(sourceId, settingsIn(options), commandLine);
        out.write(`Changed ${name}.\n`);
      }),
    );
  addKeyCommands(sources, runWithApp);
  addSwitches(sources, runWithApp);
}

function addKeyCommands(sources: Command, runWithApp: RunWithApp): void {
  sources
    .command('add-key')
    .description('a second write key, to move the senders to before the first is revoked')
    .argument('<name>', 'the source')
    .action((name: string) =>
      runWithApp(async (app, out) => {
        const { sourceId } = await app.reads.sources.getByName(name);
        const outcome = await app.sources.addWriteKey(sourceId, commandLine);
        if (outcome.kind === 'WRITE_KEY_LIMIT_REACHED') {
          const { writeKeysMax } = outcome;
          throw new InvalidInput(`${name} has ${writeKeysMax} valid write keys. Revoke one first.`);
        }
        out.write(`Write key: ${outcome.secret}\n`);
      }),
    );
  sources
    .command('revoke-key')
    .description('end a write key for good')
    .argument('<id>', 'as `sources show` shows it')
    .action((id: string) =>
      runWithApp(async (app, out) => {
        await app.sources.revokeWriteKey(fromPublicId<WriteKeyId>('wky', id));
        out.write(`Revoked ${id}.\n`);
      }),
    );
}

function addSwitches(sources: Command, runWithApp: RunWithApp): void {
  sources
    .command('disable')
    .description('refuse all write keys of a source')
    .argument('<name>', 'the source')
    .action((name: string) =>
      runWithApp(async (app, out) => {
        const { sourceId } = await app.reads.sources.getByName(name);
        await app.sources.disable(sourceId);
        out.write(`Disabled ${name}.\n`);
      }),
    );
  sources
    .command('enable')
    .description('take the write keys of a disabled source again')
    .argument('<name>', 'the source')
    .action((name: string) =>
      runWithApp(async (app, out) => {
        const { sourceId } = await app.reads.sources.getByName(name);
        await app.sources.enable(sourceId);
        out.write(`Enabled ${name}.\n`);
      }),
    );
}

function withSettings(command: Command): Command {
  return command
    .option(
      '--scopes <list>',
      `comma-separated: ${sourceScopes.join(', ')}; or "all"`,
      scopesParser(sourceScopes),
    )
    .option('--rate <events>', 'at most so many in a minute; or "none"', parseRate)
    .option('--namespaces <name...>', 'of identifiers it may use; or "all"')
    .option('--event-names <name...>', 'it may send, e.g. "Order Completed"; or "all"')
    .option('--origins <origin...>', 'of browsers that may send; "*" for all, or "none"');
}

function settingsIn(options: SettingOptions): Partial<SourceSettings> {
  const { scopes, rate, namespaces, eventNames, origins } = options;
  return {
    ...(scopes !== undefined && { scopes }),
    ...(rate !== undefined && { eventsPerMinuteMax: rate === 'none' ? null : rate }),
    ...(namespaces !== undefined && { namespaces: isJust('all', namespaces) ? null : namespaces }),
    ...(eventNames !== undefined && { eventNames: isJust('all', eventNames) ? null : eventNames }),
    ...(origins !== undefined && { origins: isJust('none', origins) ? [] : origins }),
  };
}

function isJust(word: string, texts: readonly string[]): boolean {
  return texts.length === 1 && texts[0] === word;
}

function parseRate(text: string): number | 'none' {
  if (text === 'none') return text;
  if (!/^\d{1,10}$/.test(text)) {
    throw new InvalidArgumentError(`"${text}" is no number of events, nor "none".`);
  }
  return Number(text);
}

async function listSources(app: App, out: NodeJS.WritableStream): Promise<void> {
  const sources = await app.reads.sources.list();
  const counts = await app.reads.eventCounts.countsBySource(sources.map(sourceActor));
  const rows = sources.map((source, index) => {
    const { accepted = 0n, duplicates = 0n, quarantined = 0n } = counts[index] ?? {};
    return [
      source.name,
      stateOf(source),
      source.eventsPerMinuteMax === null ? 'any' : `${source.eventsPerMinuteMax}/min`,
      ...[accepted, duplicates, quarantined].map(Number),
      counts[index]?.lastSeenAt?.toISOString() ?? 'never',
    ];
  });
  const heading = ['name', 'state', 'rate', 'accepted', 'duplicates', 'quarantined', 'last seen'];
  out.write(`${formatTable(heading, rows)}\n`);
}

async function showSource(app: App, name: string, out: NodeJS.WritableStream): Promise<void> {
  const source = await app.reads.sources.getByName(name);
  const { allowed, scopes, origins } = source;
  const [keys = []] = await app.reads.sources.writeKeysBySource([source.sourceId]);
  const [counts] = await app.reads.eventCounts.countsBySource([sourceActor(source)]);
  const settings = [
    ['state', stateOf(source)],
    ['scopes', [...scopes].join(', ')],
    ['rate', source.eventsPerMinuteMax === null ? 'any' : `${source.eventsPerMinuteMax}/min`],
    ['namespaces', allowed.namespaces === null ? 'all' : [...allowed.namespaces].join(', ')],
    ['event names', allowed.eventNames === null ? 'all' : [...allowed.eventNames].join(', ')],
    ['origins', origins.length === 0 ? 'none' : origins.join(', ')],
  ];
  const keyRows = keys.map((key) => [
    toPublicId('wky', key.writeKeyId),
    key.revokedAt === null ? 'valid' : 'revoked',
    key.createdAt.toISOString().slice(0, 10),
    key.lastUsedAt?.toISOString() ?? 'never',
  ]);
  const reasonRows = (counts?.quarantinedByReason ?? []).map((one) => {
    return [one.reason, Number(one.times)];
  });
  out.write(`${formatTable([source.name, ''], settings)}\n\n`);
  out.write(`${formatTable(['write key', 'state', 'created', 'last used'], keyRows)}\n\n`);
  const reasons = formatTable(['quarantined', 'events'], reasonRows);
  out.write(reasonRows.length === 0 ? 'Nothing was quarantined.\n' : `${reasons}\n`);
}

function stateOf({ disabledAt }: SourceRecord): string {
  return disabledAt === null ? 'enabled' : 'disabled';
}
