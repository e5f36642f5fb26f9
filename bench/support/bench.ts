/**
 * `quick`: a tenth of the work or less, to see that it runs and not to be quoted. `full`: what
 * takes too long for every day; the usual work where a benchmark has nothing more.
 */
export type BenchSize = 'quick' | 'usual' | 'full';

/** What a benchmark is asked to do. */
export interface BenchOptions {
  readonly size: BenchSize;
  /** The server to make databases on; null for an embedded one in a folder of its own. */
  readonly databaseUrl: string | null;
  /** Tells how far it has come. */
  tell(line: string): void;
}

/** A figure beside its floor, or beside what it must not exceed. */
export interface Figure {
  /** The name it has in the JSON line. */
  readonly name: string;
  readonly value: number;
  readonly what: string;
  /** What it was divided by, or null where it is a plain count. */
  readonly floor: string | null;
  /** What it is to be, e.g. `≥ 0.4`; null where nothing is asked of it. */
  readonly bar: string | null;
}

export interface Bench {
  readonly name: string;
  readonly description: string;
  run(options: BenchOptions): Promise<readonly Figure[]>;
}
