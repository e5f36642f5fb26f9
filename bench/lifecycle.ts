import type { Database } from '../src/platform/database/database';
import type { Bench, BenchOptions, BenchSize, Figure } from './support/bench';
import { withFilled } from './support/databases';
import { benchEvaluating } from './support/lifecycle-evaluating';
import { benchRollout, fillCustomers, NOW } from './support/lifecycle-rollout';
import { benchSweep } from './support/lifecycle-sweep';

/** What the lifecycle engine costs. docs/benchmarks.md tells how. */
export const lifecycleBench: Bench = {
  name: 'lifecycle',
  description: 'the lifecycle engine: judging, sweeping, judging everybody anew',
  run: async (options) => [await benchEvaluating(options), ...(await benchOnDatabases(options))],
};

interface Size {
  /** Customers of a small company and of a large one. */
  readonly few: number;
  readonly many: number;
}

const SIZES: Readonly<Record<BenchSize, Size>> = {
  quick: { few: 2_000, many: 50_000 },
  usual: { few: 10_000, many: 1_000_000 },
  full: { few: 10_000, many: 1_000_000 },
};

function benchOnDatabases({ size, databaseUrl, tell }: BenchOptions): Promise<readonly Figure[]> {
  const { few, many } = SIZES[size];
  const filling = (customers: number) => async (database: Database) => {
    tell(`filling ${customers.toLocaleString('en')} customers`);
    await fillCustomers(database, customers);
  };
  return withFilled(databaseUrl, 1, filling(few), ([small]) =>
    withFilled(databaseUrl, 2, filling(many), async ([large, other]) => {
      if (!(small && large && other)) throw new Error('There are no databases.');
      return [
        await benchSweep([small.database, large.database], NOW, size),
        await benchRollout([large.database, other.database], many, tell),
      ];
    }),
  );
}
