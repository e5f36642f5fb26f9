import { DatabaseError, type QueryResultRow } from 'pg';
import type { Database, Sql } from './database';
import type { ForeseenRun, Read } from './foreseen-run';
import type { JsonRows } from './gathered-rows';
import type { KnownReads, KnownText, OneDocument } from './known-reads';
import type { PreparedStatement } from './prepared';
import { isFatal } from './read-connections';

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
  private run: ForeseenRun | null = null;

  constructor(
    private readonly database: Database,
    private readonly known: KnownReads,
  ) {}

  /** From now on the reads are those of this run, or of nothing that is known to come again. */
  follow(run: ForeseenRun | null): void {
    this.run?.end();
    this.run = run;
  }

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
    if (reads.length > 0) this.send(reads);
  }

  private send(reads: readonly Read[]): void {
    const { run } = this;
    const [first] = reads;
    if (run?.begins() === true && first !== undefined && reads.length === 1) {
      void this.readFirst(first, run);
    } else {
      this.sendTogether(run === null ? reads : run.serve(reads, this.known));
    }
  }

  private sendTogether(reads: readonly Read[]): void {
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
    for (const read of alone) void this.readAlone(read);
  }

  /** With what is foreseen to follow, where anything is. */
  private async readFirst(read: Read, run: ForeseenRun): Promise<void> {
    const { text, parameters } = read;
    const known = this.known.find(text);
    const foreseen = known && run.statementFor(known, parameters);
    if (!known || !foreseen) {
      await this.readAlone(read, run);
      return;
    }
    try {
      const [own = null, ...others] = await this.readDocument(foreseen.text, [
        ...parameters,
        ...run.parametersOf(foreseen),
      ]);
      const rows = known.rows.read(own);
      run.found(known, rows, foreseen.followers, others);
      read.resolve(rows);
    } catch (error) {
      // A guess must not fail what would succeed without it.
      if (!isOfStatement(error)) read.reject(error);
      else if (await this.readAlone(read, run)) run.stumbled(foreseen);
    }
  }

  private async readTogether(reads: KnownRead[]): Promise<void> {
    // In one order, so that the same reads are one text, in whatever order they were asked for.
    reads.sort((one, other) => one.known.number - other.known.number);
    const parameters = reads.flatMap((read) => read.parameters);
    try {
      const rows = await this.readDocument(this.known.combine(reads), parameters);
      reads.forEach(({ known, resolve }, index) => {
        resolve(known.rows.read(rows[index] ?? null));
      });
    } catch (error) {
      for (const read of reads) {
        // One that stumbles by itself must not take the others with it.
        if (isOfOne(error)) void this.readAlone(read);
        else read.reject(error);
      }
    }
  }

  /** @returns whether it succeeded */
  private async readAlone(read: Read, run: ForeseenRun | null = null): Promise<boolean> {
    const { text, parameters } = read;
    try {
      const { rows, fields } = await this.database.read<QueryResultRow>(text, parameters);
      const known = this.known.learn(text, fields);
      run?.found(known, rows);
      read.resolve(rows);
      return true;
    } catch (error) {
      read.reject(error);
      return false;
    }
  }

  private async readDocument(text: string, parameters: readonly unknown[]): Promise<JsonRows[]> {
    const { rows } = await this.database.read<OneDocument>(text, parameters);
    return JSON.parse(rows[0]?.answer ?? '[]');
  }
}

/** Whether the connection is still there. */
function isOfStatement(error: unknown): boolean {
  return error instanceof DatabaseError && !isFatal(error);
}

/**
 * SQLSTATE classes 22 and 42: a value that a read met, or what it names, which is not (any more) as
 * it was when its columns were learnt.
 */
function isOfOne(error: unknown): boolean {
  return error instanceof DatabaseError && ['22', '42'].includes(error.code?.slice(0, 2) ?? '');
}
