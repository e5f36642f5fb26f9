import type { TestApi } from './api';
import type { TestDatabase } from './database';

/**
 * Lets the database of a test file refuse to store events, with a code of PostgreSQL's and as often
 * as told. Call at the top level, after `useApi`.
 */
export function useRefusals({ database }: TestApi & { database: TestDatabase['database'] }) {
  beforeAll(async () => {
    await database.query('create table refusal (code text not null, times integer not null)');
    await database.query('create sequence refused');
    // A sequence counts on where a transaction is rolled back.
    await database.query(`
      create function refuse() returns trigger language plpgsql as $$
        declare
          refusal refusal;
        begin
          select * into refusal from refusal;
          if found and nextval('refused') <= refusal.times then
            raise exception 'Not now.' using errcode = refusal.code;
          end if;
          return new;
        end $$`);
    await database.query(`
      create trigger refuse before insert on event_receipt for each row execute function refuse()`);
  });
  return {
    /** Aborts the transaction that stores an event, so many times in a row. */
    async refuse(code: string, times: number): Promise<void> {
      await database.query('delete from refusal');
      await database.query('insert into refusal values ($1, $2)', [code, times]);
      await database.query('alter sequence refused restart');
    },
    async stop(): Promise<void> {
      await database.query('delete from refusal');
    },
  };
}
