import 'reflect-metadata';
import { Argument, Command, Option } from 'commander';
import { duplicatesBench } from './duplicates';
import { identityBench } from './identity';
import { ingestBench } from './ingest';
import { lifecycleBench } from './lifecycle';
import { readsBench } from './reads';
import type { Bench, Figure } from './support/bench';

const benches: readonly Bench[] = [
  identityBench,
  duplicatesBench,
  ingestBench,
  lifecycleBench,
  readsBench,
];

/** `npm run bench -- identity [--quick | --full] [--json]` */
async function main(): Promise<void> {
  await new Command('npm run bench --')
    .description('Measures, and prints every figure beside its floor.')
    .addArgument(
      new Argument(
        '<bench>',
        benches.map(({ name, description }) => `${name}: ${description}`).join('; '),
      ).choices(benches.map(({ name }) => name)),
    )
    .addOption(new Option('--quick', 'a tenth of the work: to see that it runs').conflicts('full'))
    .option('--full', 'what takes too long for every day')
    .option('--json', 'end with one line of JSON')
    .action(async (name: string, { quick = false, full = false, json = false }: Options) => {
      const bench = benches.find((one) => one.name === name);
      if (bench === undefined) throw new Error('Commander lets only known names through.');
      const figures = await bench.run({
        size: quick ? 'quick' : full ? 'full' : 'usual',
        databaseUrl: process.env['BENCH_DATABASE_URL'] ?? null,
        tell: (line) => process.stderr.write(`${line}\n`),
      });
      process.stdout.write(`${toTable(figures)}\n`);
      if (json) process.stdout.write(`${toJson(bench, figures)}\n`);
    })
    .parseAsync();
}

interface Options {
  readonly quick?: boolean;
  readonly full?: boolean;
  readonly json?: boolean;
}

function toTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ what, floor, value, bar }) => [
    what,
    floor === null ? '' : `to ${floor}`,
    String(value),
    bar ?? '',
  ]);
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function toJson(bench: Bench, figures: readonly Figure[]): string {
  const values = figures.map(({ name, value }) => [name, value] as const);
  return JSON.stringify({ bench: bench.name, ...Object.fromEntries(values) });
}

void main();
