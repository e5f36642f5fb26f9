import type { LiveSession } from './live-session';

/** A process at this database that tells of changes, or waits to be told. */
export interface LiveProcess {
  readonly processId: string;
  /** Whether somebody subscribes there. */
  readonly listens: boolean;
}

const NAME = /^perennial live ([0-9a-f-]{36})( listens)?$/;

/** What the database shows of a process's session: the whole roster is in these names. */
export function rosterName({ processId, listens }: LiveProcess): string {
  return `perennial live ${processId}${listens ? ' listens' : ''}`;
}

/** Everybody at this database. */
export async function readRoster(session: LiveSession): Promise<readonly LiveProcess[]> {
  const rows = await session.query<{ name: string }>(
    `select application_name as name from pg_stat_activity
     where datname = current_database() and application_name like 'perennial live %'`,
  );
  return rows.flatMap(({ name }) => {
    const [, processId, listens] = NAME.exec(name) ?? [];
    return processId === undefined ? [] : [{ processId, listens: listens !== undefined }];
  });
}

/**
 * For this long a process goes by what it has read of others: so long after it said that it
 * listens, a process hears of everything that is committed from then on.
 */
export const ROSTER_MS = 250;
