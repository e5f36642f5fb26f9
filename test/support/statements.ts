import pg from 'pg';
import type { Sql, Tx } from '../../src/platform/database/database';

/** The transaction, of which each statement is heard before it is sent. */
export function listening(tx: Tx, hear: (text: string) => void): Tx {
  const heard = textHeard(hear);
  const listened: Pick<Tx, 'query' | 'send'> = {
    query: (statement, parameters) => tx.query(heard(statement), parameters),
    send: (statement, parameters, retell) => tx.send(heard(statement), parameters, retell),
  };
  return listened as Tx;
}

/** Like `listening`, outside of a transaction. */
export function listeningSql(sql: Sql, hear: (text: string) => void): Sql {
  const heard = textHeard(hear);
  return { query: (statement, parameters) => sql.query(heard(statement), parameters) };
}

/** The texts of all that this process sends to databases during `work`; nothing is held back. */
export async function statementsDuring(work: () => Promise<unknown>): Promise<readonly string[]> {
  const sent = jest.spyOn(pg.Client.prototype, 'query');
  try {
    await work();
    return sent.mock.calls.map(([statement]: readonly unknown[]) =>
      typeof statement === 'string' ? statement : (statement as { readonly text: string }).text,
    );
  } finally {
    sent.mockRestore();
  }
}

type Statement = Parameters<Sql['query']>[0];

function textHeard(hear: (text: string) => void) {
  return (statement: Statement): Statement => {
    hear(typeof statement === 'string' ? statement : statement.text);
    return statement;
  };
}
