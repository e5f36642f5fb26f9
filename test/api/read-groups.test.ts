import { newProfile, order, recordEvents } from '../support/actions';
import { useApi } from '../support/api';
import { statementsDuring } from '../support/statements';

const api = useApi();

const CUSTOMERS = Array.from({ length: 24 }, (_, index) => `c${index}`);

const PROFILE = `query ($identifier: IdentifierInput!) {
  profileByIdentifier(identifier: $identifier) {
    identifiers { namespace value }
    lifecycle { stage since reasons { fact } }
    value { tier lifetimeRevenue { amount } }
    loyalty { balance transactions(first: 2) { edges { node { points } } } }
    community { score }
    feedback(first: 3) { edges { node { kind } } }
    events(first: 2) { edges { node { name occurredAt } } }
  }
}`;

const ME =
  '{ me { identifiers { namespace value } events(first: 1) { edges { node { name } } } } }';

const askFor = (value: string) =>
  api.queryOnce(PROFILE, { identifier: { namespace: 'user_id', value } });

/** How many groups there were on the server so far, and of how many queries. */
async function groupsSoFar() {
  const text = await (await fetch(`${api.url}/metrics`)).text();
  const [groups = 0, queries = 0] = ['count', 'sum'].map((what) =>
    Number(new RegExp(`^graphql_read_group_queries_${what} (\\d+)$`, 'm').exec(text)?.[1]),
  );
  return { groups, queries };
}

/**
 * What comes of queries of which nobody is answered before all are there, and how they were read. So
 * there are some that wait for others.
 */
async function grouped<Answer>(asks: readonly (() => Promise<Answer>)[]) {
  const before = await groupsSoFar();
  let answers: Promise<Answer[]> | undefined;
  const statements = await statementsDuring(async () => {
    await api.database.transaction(async (tx) => {
      await tx.query('lock table identifier in access exclusive mode');
      answers = Promise.all(asks.map((ask) => ask()));
      while ((await groupsSoFar()).queries < before.queries + asks.length);
    });
    await answers;
  });
  const { groups, queries } = await groupsSoFar();
  return {
    answers: (await answers) ?? [],
    // But for those that begin, lock and end.
    statements: statements.length - 3,
    groups: groups - before.groups,
    queries: queries - before.queries,
  };
}

beforeAll(async () => {
  await recordEvents(
    api,
    CUSTOMERS.map((name, index) => ({ ...order(name, index + 1), traits: { name } })),
  );
  await newProfile(api, 'lonely');
  // What follows upon what is known from the third time on, and of what it is many where they are.
  for (let time = 0; time < 3; time += 1) await askFor('c0');
  await grouped(CUSTOMERS.map((name) => () => askFor(name)));
});

it('reads for many queries at once with a statement for each group', async () => {
  const alone = [];
  for (const name of CUSTOMERS) alone.push((await askFor(name)).data);
  const { answers, statements, groups, queries } = await grouped(
    CUSTOMERS.map((name) => () => askFor(name)),
  );
  expect(answers.map(({ data }) => data)).toEqual(alone);
  expect(new Set(alone.map((data) => JSON.stringify(data))).size).toBe(CUSTOMERS.length);
  expect(queries).toBe(CUSTOMERS.length);
  expect(groups).toBeLessThan(CUSTOMERS.length);
  expect(statements).toBe(groups);
});

it('the same for those who ask for the same customer, and for nobody', async () => {
  const asked = CUSTOMERS.map((_, index) => ['c1', 'nobody', 'lonely'][index % 3] as string);
  const { answers, statements, groups } = await grouped(asked.map((name) => () => askFor(name)));
  const [one, nobody, lonely] = answers.map(({ data }) => data);
  expect(answers.map(({ data }) => data)).toEqual(
    asked.map((_, index) => [one, nobody, lonely][index % 3]),
  );
  expect(nobody).toEqual({ profileByIdentifier: null });
  expect(one).toMatchObject({
    profileByIdentifier: { value: { lifetimeRevenue: { amount: '2.00' } } },
  });
  expect(lonely).toMatchObject({ profileByIdentifier: { feedback: { edges: [] } } });
  expect(statements).toBe(groups);
});

it('customers who ask at once are each told of themselves', async () => {
  const tokens = await Promise.all(CUSTOMERS.map((name) => api.jwt(name)));
  const { answers, groups } = await grouped(
    tokens.map((jwt) => () => api.queryOnce(ME, {}, { jwt })),
  );
  expect(answers.map(({ data }) => data)).toEqual(
    CUSTOMERS.map((value) => ({
      me: {
        identifiers: [{ namespace: 'user_id', value }],
        events: { edges: [{ node: { name: 'Order Completed' } }] },
      },
    })),
  );
  expect(groups).toBeLessThan(CUSTOMERS.length);
});

it('what fails for one fails for nobody else', async () => {
  await api.database.query('alter table identifier_trait rename to sound_trait');
  await api.database.query(`
    create function sound(identifier uuid) returns boolean language plpgsql stable
    as $$ begin
      if exists (select from identifier i where i.identifier_id = identifier and i.value = 'c3') then
        raise exception 'this one is broken';
      end if;
      return true;
    end $$`);
  await api.database.query(
    'create view identifier_trait as select * from sound_trait where sound(identifier_id)',
  );
  const query = `query ($identifier: IdentifierInput!) {
    profileByIdentifier(identifier: $identifier) { traits }
  }`;
  const ask = (value: string) =>
    api.queryOnce(query, { identifier: { namespace: 'user_id', value } });
  for (let time = 0; time < 3; time += 1) await ask('c0');
  const { answers, groups } = await grouped(CUSTOMERS.map((name) => () => ask(name)));
  expect(groups).toBeLessThan(CUSTOMERS.length);
  expect(answers.map(({ errors }) => errors.map(({ extensions }) => extensions.code))).toEqual(
    CUSTOMERS.map((name) => (name === 'c3' ? ['INTERNAL_ERROR'] : [])),
  );
});
