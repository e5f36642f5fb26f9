import { LRUCache } from 'lru-cache';
import { DatabaseError, type QueryResultRow } from 'pg';
import type { Database, Sql } from './database';
import { GatheredRows } from './gathered-rows';
import type { PreparedStatement } from './prepared';

/** Texts whose columns are known, and combinations of them. */
const TEXTS_MAX = 1_000;

interface Read {
  readonly text: string;
  readonly parameters: readonly unknown[];
  readonly resolve: (rows: QueryResultRow[]) => void;
  readonly reject: (error: unknown) => void;
}

interface KnownText {
  /** Stands for the text where reads are put in order. */
  readonly number: number;
  readonly rows: GatheredRows;
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
  private readonly texts = new LRUCache<string, KnownText>({ max: TEXTS_MAX });
  private readonly combinations = new LRUCache<string, string>({ max: TEXTS_MAX });
  private textsLearnt = 0;

  constructor(private readonly database: Database) {}

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
      const known = this.texts.get(read.text);
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
    if (!this.texts.has(text)) {
      this.textsLearnt += 1;
      this.texts.set(text, { number: this.textsLearnt, rows: new GatheredRows(fields) });
    }
    return rows;
  }

  private async readTogether(reads: KnownRead[]): Promise<void> {
    // In one order, so that the same reads are one text, in whatever order they were asked for.
    reads.sort((one, other) => one.known.number - other.known.number);
    const parameters = reads.flatMap((read) => read.parameters);
    try {
      const { rows } = await this.database.read<Gathered>(this.combine(reads), parameters);
      const [row = {}] = rows;
      reads.forEach(({ known, resolve }, index) => {
        resolve(known.rows.read(row[index] ?? null));
      });
    } catch (error) {
      for (const read of reads) {
        // One that stumbles over a value must not take the others with it.
        if (!isAboutValue(error)) read.reject(error);
        else this.readAlone(read.text, read.parameters).then(read.resolve, read.reject);
      }
    }
  }

  private combine(reads: readonly KnownRead[]): string {
    const key = reads.map(({ known }) => known.number).join(' ');
    const combined = this.combinations.get(key);
    if (combined !== undefined) return combined;
    let taken = 0;
    const expressions = reads.map(({ known, text, parameters }, index) => {
      const offset = taken;
      taken += parameters.length;
      const renumbered = text.replaceAll(/\$(\d+)/g, (_, number) => `$${Number(number) + offset}`);
      return `${known.rows.expressionOf(renumbered)} as "${index}"`;
    });
    const text = `select ${expressions.join(',\n')}`;
    this.combinations.set(key, text);
    return text;
  }
}

/** One row, of which each column holds the rows of a read. */
type Gathered = Readonly<Record<number, QueryResultRow[] | null>>;

/** SQLSTATE class 22: the statement is right, but not for a value that it met. */
function isAboutValue(error: unknown): boolean {
  return error instanceof DatabaseError && error.code?.startsWith('22') === true;
}
