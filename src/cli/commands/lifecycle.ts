import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import type { App } from '../../app';
import { PREVIEW_SAMPLE_MAX } from '../../domains/lifecycle';
import { firstRows } from '../../platform/database/keyset';
import { InvalidInput, NotFound } from '../../shared/errors';
import { formatTable } from '../table';
import type { RunWithApp } from '../with-app';

/** Who decides, where the command line is used: whoever can run it holds the database anyway. */
const ACTOR = 'cli';

const LISTED_MAX = 100;

const SAMPLE_HELP = `how many customers, ${PREVIEW_SAMPLE_MAX} at most; all where left out`;

export function addLifecycle(lifecycle: Command, runWithApp: RunWithApp): void {
  lifecycle
    .command('list [name]')
    .description('versions, the highest of each model first, 100 at most')
    .action((name: string | undefined) =>
      runWithApp(async (app, out) => {
        const versions = await app.reads.lifecycleVersions.findPage(
          name ?? null,
          firstRows(LISTED_MAX),
        );
        const rows = versions.map((one) => [
          one.name,
          one.version,
          one.status,
          one.inForceSince?.toISOString() ?? '',
        ]);
        out.write(`${formatTable(['model', 'version', 'status', 'in force since'], rows)}\n`);
      }),
    );

  lifecycle
    .command('save <name> <file>')
    .description('saves a document as a new version, a draft')
    .option('--note <text>', 'what there is to say of it', '')
    .action((name: string, file: string, { note }: { note: string }) =>
      runWithApp(async (app, out) => {
        const document: unknown = JSON.parse(await readFile(file, 'utf8'));
        const outcome = await app.lifecycleVersions.save({ name, document, note }, ACTOR);
        out.write(`${tell(outcome)}\n`);
      }),
    );

  lifecycle
    .command('preview <name> <version>')
    .description('who would move from where to where; writes nothing')
    .option('--sample <count>', SAMPLE_HELP, parseSample)
    .action((name: string, version: string, { sample }: { sample?: number }) =>
      runWithApp(async (app, out) => {
        out.write(`${await preview(app, name, parseCount(version), sample ?? null)}\n`);
      }),
    );

  lifecycle
    .command('activate <name> <version>')
    .description('lets a version decide from now on; jobs judge everybody by it')
    .requiredOption('--reason <text>', 'why')
    .action((name: string, version: string, { reason }: { reason: string }) =>
      runWithApp(async (app, out) => {
        const number = parseCount(version);
        out.write(`${tell(await app.lifecycleVersions.activate(name, number, reason, ACTOR))}\n`);
      }),
    );

  lifecycle
    .command('roll-back <name>')
    .description('lets the version decide that did before')
    .requiredOption('--reason <text>', 'why')
    .action((name: string, { reason }: { reason: string }) =>
      runWithApp(async (app, out) => {
        out.write(`${tell(await app.lifecycleVersions.rollBack(name, reason, ACTOR))}\n`);
      }),
    );

  lifecycle
    .command('retire <name>')
    .description('takes a model out of use')
    .requiredOption('--reason <text>', 'why')
    .action((name: string, { reason }: { reason: string }) =>
      runWithApp(async (app, out) => {
        out.write(`${tell(await app.lifecycleVersions.retire(name, reason, ACTOR))}\n`);
      }),
    );
}

type Told =
  | { readonly kind: 'DONE'; readonly name: string; readonly version: number }
  | { readonly kind: 'NOT_FOUND' }
  | { readonly kind: 'REFUSED'; readonly refusal: { readonly message: string } }
  | { readonly kind: 'INVALID'; readonly faults: readonly string[] };

/** @throws where nothing was done, so that the command fails */
function tell(outcome: Told): string {
  switch (outcome.kind) {
    case 'DONE':
      return `${outcome.name} ${outcome.version}`;
    case 'NOT_FOUND':
      throw new NotFound('There is no such model, or no such version of it.');
    case 'REFUSED':
      throw new InvalidInput(outcome.refusal.message);
    case 'INVALID':
      throw new InvalidInput(`The document is not usable:\n${outcome.faults.join('\n')}`);
  }
}

async function preview(
  app: App,
  name: string,
  version: number,
  sample: number | null,
): Promise<string> {
  const trial = { name, document: null, version, sample, examples: 0 };
  const outcome = await app.lifecyclePreviews.run(trial);
  if (outcome.kind !== 'DONE') return tell(outcome);
  const { customers, moved, cells } = outcome.preview;
  const table = formatTable(
    ['from', 'to', 'customers'],
    cells.map((cell) => [cell.from, cell.to, cell.customers]),
  );
  return `${table}\n${moved} of ${customers} would move.`;
}

function parseSample(text: string): number {
  const count = parseCount(text);
  if (count <= PREVIEW_SAMPLE_MAX) return count;
  throw new InvalidArgumentError(`must be at most ${PREVIEW_SAMPLE_MAX}`);
}

function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('must be a whole number from 1');
}
