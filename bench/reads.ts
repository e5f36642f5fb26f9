import type { Bench, BenchOptions, BenchSize, Figure } from './support/bench';
import { type BenchDatabase, withServed } from './support/databases';
import { measureAgainstFloor } from './support/reads-against-floor';
import { installPeers, measureAgainstPeer } from './support/reads-against-peer';
import { fillCustomers } from './support/reads-fill';
import type { ReadsSetting } from './support/reads-setting';

/** What it costs to read profiles. docs/benchmarks.md tells what is measured, and why so. */
export const readsBench: Bench = {
  name: 'reads',
  description: 'reading profiles over HTTP: one, a page, a customer their own',
  run: async (options) => {
    const { customers } = SIZES[options.size];
    await installPeers(options.tell);
    return withServed(options.databaseUrl, async (served) => {
      options.tell(`filling ${customers.toLocaleString('en')} customers`);
      const key = await fillCustomers(served.database, customers, options.tell);
      return benchReads(served, key, options);
    });
  },
};

type Size = Omit<ReadsSetting, 'databaseUrl' | 'key' | 'tell'>;

const USUAL: Size = {
  customers: 50_000,
  warmUp: 8,
  turns: 40,
  profilesPerTurn: 1_000,
  pagesPerTurn: 48,
};

const SIZES: Readonly<Record<BenchSize, Size>> = {
  quick: { customers: 5_000, warmUp: 3, turns: 8, profilesPerTurn: 400, pagesPerTurn: 16 },
  usual: USUAL,
  full: USUAL,
};

export async function benchReads(
  { database, url: databaseUrl }: BenchDatabase,
  key: string,
  { size, tell }: BenchOptions,
): Promise<readonly Figure[]> {
  const setting = { ...SIZES[size], databaseUrl, key, tell };
  return [
    ...(await measureAgainstFloor(setting)),
    ...(await measureAgainstPeer(database, setting)),
  ];
}
