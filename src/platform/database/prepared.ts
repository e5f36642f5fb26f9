/**
 * A statement that each connection reads and plans once, and then only runs. For fixed texts that
 * are run all the time: of a batch of a few events that is half of what they cost. The plan is
 * made for any parameters, so it must be as good for one row as for five hundred.
 */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
}

const statements = new Map<string, PreparedStatement>();

/** @param text one of few: what is prepared stays so as long as the process and the connections */
export function prepared(text: string): PreparedStatement {
  const known = statements.get(text);
  if (known !== undefined) return known;
  const statement = { name: `p${statements.size}`, text };
  statements.set(text, statement);
  return statement;
}
