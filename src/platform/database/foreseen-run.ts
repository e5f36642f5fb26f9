import type { QueryResultRow } from 'pg';
import type { Follower, ForeseenStatement, Foresight } from './foresight';
import type { JsonRows } from './gathered-rows';
import type { KnownReads, KnownText } from './known-reads';
import { areOf, type Moment, valuesOf } from './parameter-sources';

/** A read that waits for its rows. */
export interface Read {
  readonly text: string;
  readonly parameters: readonly unknown[];
  readonly resolve: (rows: QueryResultRow[]) => void;
  readonly reject: (error: unknown) => void;
}

/** One run of an operation: which of its reads is the first, and what came along with it. */
export class ForeseenRun {
  private isBegun = false;
  private moment: Moment | null = null;
  private readonly foreseen = new Map<string, { follower: Follower; rows: JsonRows }>();

  /** @param now the instant that all of the operation is of */
  constructor(
    private readonly foresight: Foresight,
    private readonly now: Date,
  ) {}

  /** Whether what is wanted now is the first that is wanted. */
  begins(): boolean {
    const { isBegun } = this;
    this.isBegun = true;
    return !isBegun;
  }

  /** What to send in place of the first read; null where nothing is foreseen. */
  statementFor(first: KnownText, parameters: readonly unknown[]): ForeseenStatement | null {
    return this.foresight.statementFor(first, parameters);
  }

  /** The parameters of what is sent, after those of the first read. */
  parametersOf({ followers }: ForeseenStatement): unknown[] {
    return followers.flatMap(({ sources }) => valuesOf(sources, this.now));
  }

  /** What was sent along could not be read. */
  stumbled({ followers }: ForeseenStatement): void {
    for (const follower of followers) this.foresight.miss(follower);
  }

  /** The first read is there, and with it the rows of what was sent along. */
  found(
    first: KnownText,
    rows: readonly QueryResultRow[],
    followers: readonly Follower[] = [],
    rowsOfFollowers: readonly JsonRows[] = [],
  ): void {
    this.moment = { first, rows, now: this.now };
    followers.forEach((follower, index) => {
      const along = { follower, rows: rowsOfFollowers[index] ?? null };
      this.foreseen.set(follower.known.text, along);
    });
  }

  /** Gives the rows that came along to the reads that want just those. What is left has to be read. */
  serve(reads: readonly Read[], known: KnownReads): readonly Read[] {
    const { moment } = this;
    if (moment === null) return reads;
    this.moment = null;
    const left = reads.filter((read) => !this.serveOne(read, known, moment));
    this.missAll();
    return left;
  }

  /** Nothing is wanted any more. */
  end(): void {
    // Of nobody there is nothing to be wanted.
    if (this.moment !== null && this.moment.rows.length > 0) this.missAll();
  }

  private missAll(): void {
    for (const { follower } of this.foreseen.values()) this.foresight.miss(follower);
    this.foreseen.clear();
  }

  private serveOne(read: Read, known: KnownReads, moment: Moment): boolean {
    const { text, parameters } = read;
    const along = this.foreseen.get(text);
    if (along !== undefined) {
      const { follower, rows } = along;
      // Two that want the same each get rows of their own.
      this.foreseen.delete(text);
      if (areOf(follower.sources, parameters, moment)) {
        this.foresight.hit(follower);
        give(read, follower.known, rows);
        return true;
      }
    }
    const learnt = known.find(text);
    if (learnt !== undefined) this.foresight.learn(learnt, parameters, moment);
    return false;
  }
}

function give({ resolve, reject }: Read, known: KnownText, rows: JsonRows): void {
  try {
    resolve(known.rows.read(rows));
  } catch (error) {
    reject(error);
  }
}
