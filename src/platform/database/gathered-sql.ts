import { DatabaseError, type QueryResultRow } from 'pg';
import type { Database, Sql } from './database';
import type { KnownReads, KnownText } from './known-reads';
import type { PreparedStatement } from './prepared';

interface Read {
  readonly text: string;
  readonly parameters: readonly unknown[];
  readonly resolve: (rows: QueryResultRow[]) => void;
  readonly reject: (error: unknown) => void;
}

interface KnownRead extends Read {
  readonly known: KnownText;
}

/**
 * Reads of which those that are wanted at the same moment travel as one statement: each is an
 * expression of it that gives all rows of the read as JSON. So a profile with everything that is
 * known of it costs one round trip and one plan, whatever was asked for, and whoever writes a read
 * need not know with which others it will travel.
 */
export class GatheredSql implements Sql {
  private gathering: Read[] | null = null;

  constructor(
    private readonly database: Database,
    private readonly known: KnownReads,
  ) {}

  query<Row extends QueryResultRow>(
    statement: string | PreparedStatement,
    parameters: readonly unknown[] = [],
  ): Promise<Row[]> {
    const text = typeof statement === 'string' ? statement : statement.text;
    const { gathering } = this;
    if (gathering === null) return this.database.query<Row>(text, parameters);
    return new Promise<QueryResultRow[]>((resolve, reject) => {
      gathering.push({ text, parameters, resolve, reject });
    }) as Promise<Row[]>;
  }

  /**
   * Runs `work`, which starts reads. Those that it asks for before it waits for anything are sent
   * together when it returns.
   */
  gather(work: () => void): void {
    const reads: Read[] = [];
    const outer = this.gathering;
    this.gathering = reads;
    try {
      work();
    } finally {
      this.gathering = outer;
    }
    this.send(reads);
  }

  private send(reads: readonly Read[]): void {
    const together: KnownRead[] = [];
    const alone: Read[] = [];
    for (const read of reads) {
      const known = this.known.find(read.text);
      // What columns a text has is known when it was run once.
      if (known === undefined) alone.push(read);
      else together.push(Object.assign(read, { known }));
    }
    if (together.length === 1) alone.push(...together);
    else if (together.length > 1) void this.readTogether(together);
    for (const read of alone) {
      this.readAlone(read.text, read.parameters).then(read.resolve, read.reject);
    }
  }

  private async readAlone<Row extends QueryResultRow>(
    text: string,
    parameters: readonly unknown[],
  ): Promise<Row[]> {
    const { rows, fields } = await this.database.read<Row>(text, parameters);
    this.known.learn(text, fields);
    return rows;
  }

  private async readTogether(reads: KnownRead[]): Promise<void> {
    // In one order, so that the same reads are one text, in whatever order they were asked for.
    reads.sort((one, other) => one.known.number - other.known.number);
    const parameters = reads.flatMap((read) => read.parameters);
    try {
      const { rows } = await this.database.read<Gathered>(this.known.combine(reads), parameters);
      const [row = {}] = rows;
      reads.forEach(({ known, resolve }, index) => {
        resolve(known.rows.read(row[index] ?? null));
      });
    } catch (error) {
      for (const read of reads) {
        // One that stumbles by itself must not take the others with it.
        if (!isOfOne(error)) read.reject(error);
        else this.readAlone(read.text, read.parameters).then(read.resolve, read.reject);
      }
    }
  }
}

/** One row, of which each column holds the rows of a read. */
type Gathered = Readonly<Record<number, QueryResultRow[] | null>>;

/**
 * SQLSTATE classes 22 and 42: a value that a read met, or what it names, which is not (any more) as
 * it was when its columns were learnt.
 */
function isOfOne(error: unknown): boolean {
  return error instanceof DatabaseError && ['22', '42'].includes(error.code?.slice(0, 2) ?? '');
}
