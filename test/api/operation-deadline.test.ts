import { request } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { newProfile } from '../support/actions';
import { useApi } from '../support/api';

const api = useApi({ OPERATION_TIMEOUT_MS: '1000', DATABASE_POOL_SIZE: '10' });

let authorization = '';
let ada = '';

beforeAll(async () => {
  authorization = `Bearer ${await api.key()}`;
  ada = await newProfile(api, 'ada');
  await newProfile(api, 'grace');
  await api.data(
    `mutation { recordEvents(events: [{ name: "Signed In", traits: { name: "Ada" }, identifiers: [
      { namespace: "user_id", value: "ada" }] }]) { accepted } }`,
  );
});

const TRAITS = 'query ($id: ID!) { profile(id: $id) { traits } }';

/** Sends an operation, and hangs up when the database is at it. */
async function hangUp(query: string, variables: object): Promise<void> {
  const sending = request(`${api.url}/graphql`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
  });
  sending.on('error', () => undefined);
  const closed = new Promise((resolve) => sending.on('close', resolve));
  sending.end(JSON.stringify({ query, variables }));
  await until(1);
  sending.destroy();
  await closed;
}

/** How many statements wait for what is slow. */
async function sleeping(): Promise<number> {
  const [row] = await api.database.query<{ many: number }>(
    `select count(*)::int as many from pg_stat_activity
     where datname = current_database() and wait_event = 'PgSleep'`,
  );
  return row?.many ?? 0;
}

async function until(many: number): Promise<void> {
  while ((await sleeping()) !== many) await nextTurn();
}

it('a mutation is done although its caller has hung up and its time is over', async () => {
  await api.database.query(`
    create function slow_write() returns trigger language plpgsql
    as $$ begin perform pg_sleep(1.5); return new; end $$`);
  await api.database.query(
    'create trigger slow before insert on feedback for each row execute function slow_write()',
  );
  await hangUp(
    `mutation ($id: ID!) { submitFeedback(input: {profileId: $id, kind: COMPLAINT, comment: "late"}) {
      __typename } }`,
    { id: ada },
  );
  const feedback =
    'query ($id: ID!) { profile(id: $id) { feedback { edges { node { comment } } } } }';
  let answer = await api.query(feedback, { id: ada });
  // What was committed a moment ago is seen in the next.
  while (!answer.text.includes('late')) answer = await api.query(feedback, { id: ada });
  expect(answer.data).toEqual({
    profile: { feedback: { edges: [{ node: { comment: 'late' } }] } },
  });
});

describe('a query', () => {
  beforeAll(async () => {
    // Whoever reads traits waits, in the statement itself.
    await api.database.query(`
      create function slow() returns boolean language plpgsql volatile
      as $$ begin perform pg_sleep(30); return true; end $$`);
    await api.database.query('alter table identifier_trait rename to quick_trait');
    await api.database.query(
      'create view identifier_trait as select * from quick_trait where slow()',
    );
  });

  it('that takes too long is cancelled in the database, as a whole', async () => {
    const answer = await api.query(
      `query ($id: ID!) { profile(id: $id) { id traits }
        other: profileByIdentifier(identifier: {namespace: "user_id", value: "grace"}) { id } }`,
      { id: ada },
    );
    expect(answer.status).toBe(504);
    expect(JSON.parse(answer.text)).toEqual({
      errors: [
        {
          message: 'The query took longer than 1 s and was cancelled. Ask for less at a time.',
          extensions: { code: 'TIMEOUT', limitMs: 1_000 },
        },
      ],
    });
    expect(await sleeping()).toBe(0);
  });

  it('whose caller has hung up is cancelled in the database', async () => {
    await hangUp(TRAITS, { id: ada });
    await until(0);
    // Others go on, over the same connections.
    const { data } = await api.query<object>('query ($id: ID!) { profile(id: $id) { id } }', {
      id: ada,
    });
    expect(data).toEqual({ profile: { id: ada } });
  });

  it('many callers who hang up leave nothing behind', async () => {
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(Array.from({ length: 3 }, () => hangUpSoon()));
      await until(0);
    }
    const answers = await Promise.all(
      Array.from({ length: 30 }, () =>
        api.query('{ profiles(first: 2) { edges { node { id } } } }'),
      ),
    );
    expect(answers.filter(({ errors }) => errors.length > 0)).toEqual([]);
  });
});

async function hangUpSoon(): Promise<void> {
  const sending = request(`${api.url}/graphql`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
  });
  sending.on('error', () => undefined);
  const closed = new Promise((resolve) => sending.on('close', resolve));
  sending.end(JSON.stringify({ query: TRAITS, variables: { id: ada } }));
  while ((await sleeping()) === 0) await nextTurn();
  sending.destroy();
  await closed;
}
