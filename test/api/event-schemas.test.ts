import { recordEvents, userIdentifier } from '../support/actions';
import { useApi } from '../support/api';

const api = useApi();

const REGISTER = `mutation ($input: RegisterEventSchemaInput!) {
  registerEventSchema(input: $input) {
    __typename
    ... on EventSchema { id name version enforcement status registeredBy activatedAt schema }
    ... on EventSchemaRefused { fault place message }
  }
}`;

const ACTIVATE = `mutation ($input: ActivateEventSchemaInput!) {
  activateEventSchema(input: $input) {
    __typename
    ... on EventSchema { version enforcement status activatedBy }
    ... on EventSchemaNotFound { message }
    ... on EventSchemaRefused { fault }
  }
}`;

const RETIRE = `mutation ($name: String!, $version: Int!) {
  retireEventSchema(name: $name, version: $version) {
    __typename
    ... on EventSchema { status retiredAt retiredBy }
  }
}`;

const PREVIEW = `query ($input: PreviewEventSchemaInput!) {
  previewEventSchema(input: $input) {
    __typename
    ... on EventSchemaPreview {
      examined oldestAt newestAt violating quarantined stripped
      findings { path rule times samples { messageId eventId place } }
    }
    ... on EventSchemaRefused { fault place }
  }
}`;

const VIOLATIONS = `query ($filter: EventSchemaViolationFilter, $first: Int, $after: String) {
  eventSchemaViolations(filter: $filter, first: $first, after: $after) {
    edges { node {
      name version source path rule times firstAt lastAt
      samples { messageId eventId receivedAt place schemaVersion }
    } }
    pageInfo { hasNextPage endCursor }
  }
}`;

const needsSku = { properties: { sku: { type: 'string' } }, required: ['sku'] };

type Result = Readonly<Record<string, unknown>>;

async function register(input: object): Promise<Result> {
  const data = await api.data<{ registerEventSchema: Result }>(REGISTER, { input });
  return data.registerEventSchema;
}

async function activate(input: object): Promise<Result> {
  const data = await api.data<{ activateEventSchema: Result }>(ACTIVATE, { input });
  return data.activateEventSchema;
}

async function retire(name: string, version: number): Promise<Result> {
  const data = await api.data<{ retireEventSchema: Result }>(RETIRE, { name, version });
  return data.retireEventSchema;
}

async function preview(input: object): Promise<Result> {
  const data = await api.data<{ previewEventSchema: Result }>(PREVIEW, { input });
  return data.previewEventSchema;
}

function send(name: string, all: readonly object[], schemaVersion?: number) {
  const events = all.map((properties, index) => ({
    name,
    messageId: `${name} ${index}`,
    identifiers: [userIdentifier(`${name} ${index}`)],
    properties: { ...properties },
    ...(schemaVersion !== undefined && { schemaVersion }),
  }));
  return recordEvents(api, events);
}

describe('registerEventSchema', () => {
  it('adds the next version, for nobody yet, that only counts', async () => {
    const first = await register({ name: 'Registered', schema: needsSku });
    expect(first).toMatchObject({
      __typename: 'EventSchema',
      name: 'Registered',
      version: 1,
      enforcement: 'ALLOW',
      status: 'REGISTERED',
      activatedAt: null,
      schema: needsSku,
    });
    expect(first['registeredBy']).toMatch(/^key:test/);
    expect(await register({ name: 'Registered', schema: {} })).toMatchObject({ version: 2 });
    expect(await register({ name: 'Registered', version: 9, schema: {} })).toMatchObject({
      version: 9,
    });
    expect(await register({ name: 'Registered', schema: {}, activate: true })).toMatchObject({
      version: 10,
      status: 'ACTIVE',
      activatedAt: api.clock.now().toISOString(),
    });
  });

  it('gives back what is sent again, and refuses other content', async () => {
    const input = { name: 'Again', version: 1, schema: needsSku, enforcement: 'OMIT' };
    const first = await register(input);
    expect(await register(input)).toEqual(first);
    const other = { ...input, schema: {} };
    expect(await register(other)).toMatchObject({ fault: 'VERSION_TAKEN', place: null });
    const stricter = { ...input, enforcement: 'QUARANTINE' };
    expect(await register(stricter)).toMatchObject({ fault: 'VERSION_TAKEN' });
    await retire('Again', 1);
    expect(await register(input)).toMatchObject({ fault: 'RETIRED' });
  });

  it('knows what was sent as variables when it comes in the text of a query', async () => {
    await register({ name: 'Literal', version: 1, schema: { properties: { a: { enum: [1] } } } });
    const answer = await api.data(
      `mutation { registerEventSchema(input: {
        name: "Literal", version: 1, schema: { properties: { a: { enum: [1] } } }
      }) { __typename } }`,
    );
    expect(answer).toEqual({ registerEventSchema: { __typename: 'EventSchema' } });
  });

  it('refuses a number that JSON cannot hold', async () => {
    const body = JSON.stringify({
      query: REGISTER,
      variables: { input: { name: 'Infinite', schema: { maximum: 'X' } } },
    }).replace('"X"', '1e999');
    const { data } = await api.send<{ registerEventSchema: Result }>(body, {
      'content-type': 'application/json',
      authorization: `Bearer ${await api.key()}`,
    });
    expect(data?.registerEventSchema).toMatchObject({ fault: 'NOT_A_SCHEMA', place: '/maximum' });
  });

  it('gives versions out once, to several who ask at once', async () => {
    const all = await Promise.all(
      Array.from({ length: 8 }, () => register({ name: 'At Once', schema: {}, activate: true })),
    );
    expect(all.map(({ version }) => version).toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it.each<[string, object, string, string | null]>([
    ['a blank name', { name: ' ' }, 'INVALID_NAME', null],
    ['a long name', { name: 'x'.repeat(201) }, 'INVALID_NAME', null],
    ['half a pair', { name: '\ud800' }, 'INVALID_NAME', null],
    ['version 0', { version: 0 }, 'INVALID_VERSION', null],
    ['version 1,000,001', { version: 1_000_001 }, 'INVALID_VERSION', null],
    [
      'a typo',
      { schema: { properties: { a: { typ: 'string' } } } },
      'UNKNOWN_KEYWORD',
      '/properties/a/typ',
    ],
    ['no schema', { schema: { type: 'thing' } }, 'NOT_A_SCHEMA', '/type'],
  ])('refuses %s', async (_, changes, fault, place) => {
    const refused = await register({ name: 'Refused', schema: {}, ...changes });
    expect(refused).toMatchObject({ __typename: 'EventSchemaRefused', fault, place });
    expect(refused['message']).toMatch(/\.$/);
  });
});

describe('activateEventSchema and retireEventSchema', () => {
  it('leave one version active at most', async () => {
    for (let index = 0; index < 2; index += 1) await register({ name: 'Turns', schema: {} });
    expect(await activate({ name: 'Turns', version: 1 })).toMatchObject({ status: 'ACTIVE' });
    expect(await activate({ name: 'Turns', version: 2, enforcement: 'QUARANTINE' })).toMatchObject({
      status: 'ACTIVE',
      enforcement: 'QUARANTINE',
    });
    expect(await list({ name: 'Turns' })).toEqual(['Turns 2 ACTIVE', 'Turns 1 REGISTERED']);
    expect(await retire('Turns', 2)).toMatchObject({
      status: 'RETIRED',
      retiredAt: api.clock.now().toISOString(),
    });
    expect(await list({ name: 'Turns' })).toEqual(['Turns 1 REGISTERED']);
    expect(await list({ name: 'Turns', includeRetired: true })).toEqual([
      'Turns 2 RETIRED',
      'Turns 1 REGISTERED',
    ]);
    expect(await activate({ name: 'Turns', version: 2 })).toEqual({
      __typename: 'EventSchemaRefused',
      fault: 'RETIRED',
    });
  });

  it('find no version that is none', async () => {
    const missing = { __typename: 'EventSchemaNotFound' };
    expect(await activate({ name: 'Nobody', version: 1 })).toMatchObject(missing);
    expect(await retire('Nobody', 1)).toMatchObject(missing);
  });
});

async function list(variables: object): Promise<readonly string[]> {
  interface Data {
    readonly eventSchemas: {
      readonly edges: readonly { readonly node: Record<'name' | 'version' | 'status', string> }[];
      readonly pageInfo: { readonly endCursor: string | null };
    };
  }
  const found: string[] = [];
  let after: string | null = null;
  do {
    const data: Data = await api.data<Data>(
      `query ($name: String, $includeRetired: Boolean!, $after: String) {
        eventSchemas(name: $name, includeRetired: $includeRetired, first: 1, after: $after) {
          edges { node { name version status } }
          pageInfo { hasNextPage endCursor }
        }
      }`,
      { includeRetired: false, ...variables, after },
    );
    const { edges, pageInfo } = data.eventSchemas;
    found.push(...edges.map(({ node }) => `${node.name} ${node.version} ${node.status}`));
    after = pageInfo.endCursor;
  } while (after !== null);
  return found;
}

describe('reading schemas', () => {
  it('goes through all names, the highest version of each first', async () => {
    for (const name of ['Zeta', 'Zeta', 'Zeta 2']) await register({ name, schema: {} });
    expect((await list({})).slice(-3)).toEqual([
      'Zeta 2 REGISTERED',
      'Zeta 1 REGISTERED',
      'Zeta 2 1 REGISTERED',
    ]);
  });

  it('gives one version, or null', async () => {
    await register({ name: 'One', schema: needsSku });
    const one =
      '{ one: eventSchema(name: "One", version: 1) { schema } other: eventSchema(name: "One", version: 2) { schema } }';
    expect(await api.data(one)).toEqual({ one: { schema: needsSku }, other: null });
  });

  it('finds nothing by names that nothing can have', async () => {
    const name = 'a\0';
    const filter = { name, source: name };
    expect(await list({ name })).toEqual([]);
    expect(await activate({ name, version: 1 })).toMatchObject({
      __typename: 'EventSchemaNotFound',
    });
    expect(await retire(name, 1)).toMatchObject({ __typename: 'EventSchemaNotFound' });
    expect(await preview({ name, schema: {}, enforcement: 'ALLOW' })).toMatchObject({
      examined: 0,
    });
    expect(await api.data(VIOLATIONS, { filter })).toMatchObject({
      eventSchemaViolations: { edges: [] },
    });
  });

  it.each(['eventSchemas', 'eventSchemaViolations'])(
    '%s refuses a cursor that is none',
    async (field) => {
      const { errors } = await api.query(`{ ${field}(after: "x") { __typename } }`);
      expect(errors[0]?.extensions.code).toBe('INVALID_INPUT');
    },
  );
});

describe('what partners send', () => {
  it('is judged by the version they name, and what is wrong is listed with samples', async () => {
    const name = 'Sent';
    const shared = { name, enforcement: 'QUARANTINE' };
    await register({ ...shared, schema: needsSku, activate: true });
    await register({ ...shared, schema: { required: ['price'] } });
    const first = await send(name, [{ sku: 'a' }, { sku: 1 }, {}]);
    expect(first.outcomes.map(({ status, reason, detail }) => [status, reason, detail])).toEqual([
      ['ACCEPTED', null, null],
      ['QUARANTINED', 'SCHEMA_VIOLATION', 'Not as event schema 1 says: /sku: type.'],
      ['QUARANTINED', 'SCHEMA_VIOLATION', 'Not as event schema 1 says: /sku: required.'],
    ]);
    const second = await send(name, [{ sku: 'a' }], 2);
    expect(second.duplicates).toBe(1);
    const third = await recordEvents(api, [
      { name, messageId: 'third', identifiers: [userIdentifier('third')], schemaVersion: 2 },
    ]);
    expect(third.outcomes[0]?.detail).toBe('Not as event schema 2 says: /price: required.');

    const pages = [];
    let after: string | null = null;
    do {
      interface Data {
        readonly eventSchemaViolations: {
          readonly edges: readonly { readonly node: Result }[];
          readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
        };
      }
      const filter = { name };
      const data: Data = await api.data<Data>(VIOLATIONS, { filter, first: 1, after });
      const { edges, pageInfo } = data.eventSchemaViolations;
      pages.push(...edges.map(({ node }) => node));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null);
    expect(pages.map(({ version, path, rule, times }) => [version, path, rule, times])).toEqual([
      [1, '/sku', 'required', '1'],
      [1, '/sku', 'type', '1'],
      [2, '/price', 'required', '1'],
    ]);
    expect(pages[2]?.['samples']).toEqual([
      {
        messageId: 'third',
        eventId: null,
        receivedAt: api.clock.now().toISOString(),
        place: '/price',
        schemaVersion: 2,
      },
    ]);
  });

  it('is filtered by version, source and time', async () => {
    const found = async (filter: object) => {
      interface Data {
        readonly eventSchemaViolations: { readonly edges: readonly unknown[] };
      }
      const data = await api.data<Data>(VIOLATIONS, { filter: { name: 'Sent', ...filter } });
      return data.eventSchemaViolations.edges.length;
    };
    expect(await found({ version: 2 })).toBe(1);
    expect(await found({ source: 'key:nobody' })).toBe(0);
    expect(await found({ since: api.clock.now() })).toBe(3);
    expect(await found({ since: new Date(api.clock.now().getTime() + 1) })).toBe(0);
  });

  it('answers a mutation that builds its event with what is wrong', async () => {
    const name = 'Feedback Submitted';
    const { profiles } = await send('Somebody', [{}]);
    const schema = { required: ['ticket'] };
    await register({ name, schema, enforcement: 'QUARANTINE', activate: true });
    const { errors } = await api.query(
      'mutation ($of: SubmitFeedbackInput!) { submitFeedback(input: $of) { __typename } }',
      { of: { profileId: profiles[0]?.id, kind: 'COMPLAINT' } },
    );
    expect(errors[0]?.extensions).toMatchObject({
      code: 'INVALID_INPUT',
      reason: 'SCHEMA_VIOLATION',
    });
    await retire(name, 1);
  });
});

describe('previewEventSchema', () => {
  const name = 'Tried';

  beforeAll(() => send(name, [{ sku: 'a' }, { sku: 1 }, {}, { sku: 'b', extra: 1 }]));

  it.each([
    ['ALLOW', { violating: 2, quarantined: 0, stripped: 0 }],
    ['OMIT', { violating: 3, quarantined: 2, stripped: 1 }],
    ['QUARANTINE', { violating: 2, quarantined: 2, stripped: 0 }],
  ])('tells what would have come of %s', async (enforcement, expected) => {
    const now = api.clock.now().toISOString();
    expect(await preview({ name, schema: needsSku, enforcement })).toMatchObject({
      __typename: 'EventSchemaPreview',
      examined: 4,
      oldestAt: now,
      newestAt: now,
      ...expected,
    });
  });

  it('says where and why, with events to look at, and writes nothing', async () => {
    const written = () =>
      api.database.query(
        `select (select count(*) from event_schema_violation) as violations,
           (select count(*) from event_schema) as schemas,
           (select count(*) from quarantined_event) as quarantined`,
      );
    const before = await written();
    const { findings } = await preview({ name, schema: needsSku, enforcement: 'QUARANTINE' });
    expect(findings).toEqual([
      {
        path: '/sku',
        rule: 'required',
        times: 1,
        samples: [{ messageId: 'Tried 2', eventId: expect.stringMatching(/^evt_/), place: '/sku' }],
      },
      {
        path: '/sku',
        rule: 'type',
        times: 1,
        samples: [{ messageId: 'Tried 1', eventId: expect.stringMatching(/^evt_/), place: '/sku' }],
      },
    ]);
    expect(await written()).toEqual(before);
  });

  it('looks at as many of the latest as asked for, and at none of other names', async () => {
    const few = await preview({ name, schema: { not: {} }, enforcement: 'ALLOW', last: 3 });
    expect(few).toMatchObject({ examined: 3, violating: 3 });
    const none = await preview({ name: 'Never Sent', schema: {}, enforcement: 'ALLOW' });
    expect(none).toMatchObject({ examined: 0, oldestAt: null, newestAt: null, findings: [] });
  });

  it('refuses what can be no schema, and a number out of bounds', async () => {
    const schema = { properties: { a: { pattern: '(a)\\1' } } };
    expect(await preview({ name, schema, enforcement: 'OMIT' })).toEqual({
      __typename: 'EventSchemaRefused',
      fault: 'UNSUPPORTED_PATTERN',
      place: '/properties/a/pattern',
    });
    for (const last of [0, 10_001]) {
      const input = { name, schema: {}, enforcement: 'ALLOW', last };
      const { errors } = await api.query(PREVIEW, { input });
      expect(errors[0]?.extensions.code).toBe('INVALID_INPUT');
    }
  });
});
