import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadPopulation } from '../seeds/load';
import { DEMO_SEED, generatePopulation } from '../seeds/population';
import type { Population, ShowcaseEntry } from '../seeds/population.model';
import { type App, recalibrate } from './app';
import { startProgress } from './cli/progress';
import { scopeNames } from './platform/auth/scopes';
import { firstRows } from './platform/database/keyset';

/** What a first look needs. */
export interface Demo {
  /** An API key that may do everything. */
  readonly apiKey: string;
  /** Customers worth looking at; empty where the demo was not loaded from this data folder. */
  readonly showcase: readonly ShowcaseEntry[];
}

/**
 * Sees to it that the demo customers and a key for them exist. They are loaded into an empty
 * database only, and once: a load that was interrupted is finished at the next start.
 */
export async function prepareDemo(app: App, signal: AbortSignal): Promise<Demo> {
  const { dataFolder, demoCustomers: customers } = app.config;
  await mkdir(dataFolder, { recursive: true });
  const apiKey = await ensureSecret(join(dataFolder, 'demo-key'));
  await app.apiKeys.ensure({ name: 'demo', scopes: scopeNames }, apiKey, 'demo');
  const unfinished = join(dataFolder, 'demo-unfinished');
  const showcaseFile = join(dataFolder, 'demo-showcase.json');
  if ((await isThere(unfinished)) || (await isEmpty(app))) {
    await writeFile(unfinished, 'The demo customers are being loaded.\n');
    const population = generatePopulation({ seed: DEMO_SEED, customers, now: app.clock.now() });
    await load(app, population, signal);
    await writeWhole(showcaseFile, `${JSON.stringify(population.showcase, null, 2)}\n`);
    await rm(unfinished);
  }
  return { apiKey, showcase: JSON.parse((await readIfThere(showcaseFile)) ?? '[]') };
}

async function load(app: App, population: Population, signal: AbortSignal): Promise<void> {
  const { clock } = app;
  const progress = startProgress({
    unit: 'demo events',
    total: population.events.length,
    stream: process.stderr,
    clock,
  });
  try {
    await loadPopulation(population, app, signal, (events) => progress.advance(events));
  } finally {
    progress.finish();
  }
  await recalibrate(app);
}

async function isEmpty(app: App): Promise<boolean> {
  const { directory } = app.reads;
  return (await directory.findPage(directory.everybody, firstRows(1))).length === 0;
}

/** The key lives in the data folder, since the database knows its hash only. */
async function ensureSecret(file: string): Promise<string> {
  const known = (await readIfThere(file))?.trim() ?? '';
  if (known !== '') return known;
  const secret = `prn_demo_${randomBytes(32).toString('base64url')}`;
  await writeWhole(file, `${secret}\n`);
  return secret;
}

/** A file for the owner alone, that is there whole or not at all. */
async function writeWhole(file: string, text: string): Promise<void> {
  const draft = `${file}.draft`;
  await rm(draft, { force: true });
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, file);
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
