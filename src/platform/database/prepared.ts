import { DatabaseError } from 'pg';
import { digestOf } from '../../shared/digest';

/**
 * A statement that each connection reads and plans once, and then only runs. For fixed texts that
 * are run all the time: of a batch of a few events that is half of what they cost.
 *
 * The plan is made for any parameters, and kept while tables grow until their statistics are taken
 * anew. So it must be one that is right for an empty table as for a large one, for one row as for
 * five hundred: inserts, calls of functions that see to it themselves, and rows by their primary
 * key (`= any`). A join with an array is planned with a sequential scan where the table is empty.
 */
export interface PreparedStatement {
  /** Of the text: whatever else a shared connection has prepared, it is never something else. */
  readonly name: string;
  readonly text: string;
}

/** They stay as long as the process and the connections, each with a plan in every one. */
const STATEMENTS_MAX = 64;

const statements = new Map<string, PreparedStatement>();

/** @param text one of few */
export function prepared(text: string): PreparedStatement {
  const known = statements.get(text);
  if (known !== undefined) return known;
  if (statements.size >= STATEMENTS_MAX) throw new Error('Too many texts are to be prepared.');
  const statement = { name: `p_${digestOf(text)}`, text };
  statements.set(text, statement);
  return statement;
}

/**
 * Whether a connection cannot run what it has prepared any more: a column it gives has another type
 * since, or somebody let go of the statement. Another connection can.
 */
export function isNoLongerPrepared(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return false;
  return error.code === '26000' || error.routine === 'RevalidateCachedQuery';
}
