import { type Recorded, recordEvents, type SentEvent, userIdentifier } from '../support/actions';
import { useApi } from '../support/api';
import { graphFaults, linkedParts, profilesOf } from '../support/profile-graph';

const api = useApi();

type Identifier = SentEvent['identifiers'][number];
type Outcome = Recorded['outcomes'][number];

const NOBODY = `prf_${'0'.repeat(32)}`;
const LONG = 10_000;

let serial = 0;

/** A value that no other test of this file has. */
function fresh(): string {
  serial += 1;
  return `fresh-${serial}`;
}

function id(namespace: string, value: string): Identifier {
  return { namespace, value };
}

interface Sent {
  readonly outcome: Outcome;
  readonly messageId: string;
}

/** Sends an event between two good ones, which must not be the worse for it. */
async function send(identifiers: readonly Identifier[]): Promise<Sent> {
  const messageId = fresh();
  const good = () => ({ name: 'Signed In', identifiers: [userIdentifier(fresh())] });
  const events = [good(), { messageId, name: 'Signed In', identifiers }, good()];
  const { outcomes } = await recordEvents(api, events);
  const [before, outcome, after] = outcomes;
  for (const beside of [before, after]) {
    expect(beside).toMatchObject({ status: 'ACCEPTED', demoted: [] });
  }
  if (outcome === undefined) throw new Error('An event got no outcome.');
  return { outcome, messageId };
}

/** The event is kept aside as it was sent, and nothing else is there of it. */
async function expectQuarantined(
  { outcome, messageId }: Sent,
  identifiers: readonly Identifier[],
  reason: string,
): Promise<void> {
  expect(outcome).toMatchObject({
    status: 'QUARANTINED',
    reason,
    detail: expect.any(String),
    eventId: null,
    profileId: null,
    demoted: [],
  });
  const rows = await api.database.query<{ reason: string; payload: string }>(
    'select reason, payload from quarantined_event where message_id = $1',
    [messageId],
  );
  expect(rows.map((row) => row.reason)).toEqual([reason]);
  expect(JSON.parse(rows[0]?.payload ?? '')).toMatchObject({ messageId, identifiers });
  expect(await api.database.query('select from event where message_id = $1', [messageId])).toEqual(
    [],
  );
  const usable = identifiers.filter(({ value }) => value.startsWith('fresh-'));
  expect(
    await api.database.query('select from identifier where value = any($1::text[])', [
      usable.map(({ value }) => value),
    ]),
  ).toEqual([]);
}

interface WarningNode {
  readonly eventId: string;
  readonly rule: string;
  readonly identifier: Identifier;
  readonly times: number;
}

async function warningsOf({ outcome }: Sent): Promise<readonly Omit<WarningNode, 'eventId'>[]> {
  const { identityWarnings } = await api.data<{
    readonly identityWarnings: { readonly edges: readonly { readonly node: WarningNode }[] };
  }>(`{ identityWarnings(first: 100) {
    edges { node { eventId rule identifier { namespace value } times } } } }`);
  return identityWarnings.edges
    .filter(({ node }) => node.eventId === outcome.eventId)
    .map(({ node: { eventId: _, ...warning } }) => warning);
}

async function storedIdentifiers({ messageId }: Sent): Promise<readonly Identifier[]> {
  const rows = await api.database.query<{ identifiers: readonly Identifier[] }>(
    'select identifiers from event where message_id = $1',
    [messageId],
  );
  return rows.flatMap(({ identifiers }) => identifiers);
}

interface Profile {
  readonly id: string;
  readonly identifiers: readonly Identifier[];
}

async function profileOf({ outcome }: Sent): Promise<Profile | null> {
  const { profile } = await api.data<{ readonly profile: Profile | null }>(
    'query ($id: ID!) { profile(id: $id) { id identifiers { namespace value } } }',
    { id: outcome.profileId },
  );
  return profile;
}

describe('an identifier that names nobody', () => {
  /** The last column: as it is kept in the warning, where that differs. */
  const table: readonly (readonly [string, Identifier, string, Identifier?])[] = [
    [
      'of 10 kB',
      id('email', `${'a'.repeat(LONG)}@mail.test`),
      'VALUE_TOO_LONG',
      id('email', 'a'.repeat(255)),
    ],
    [
      'one character too long',
      id('user_id', 'a'.repeat(256)),
      'VALUE_TOO_LONG',
      id('user_id', 'a'.repeat(255)),
    ],
    [
      'of 10 kB that are 255 characters when trimmed',
      id('user_id', `${' '.repeat(LONG)}${'a'.repeat(255)}`),
      'VALUE_TOO_LONG',
      id('user_id', ' '.repeat(255)),
    ],
    ['with NUL', id('user_id', 'a\0b'), 'INVALID_VALUE', id('user_id', 'a\uFFFDb')],
    ['of NUL alone', id('device_id', '\0'), 'INVALID_VALUE', id('device_id', '\uFFFD')],
    ['with a line break', id('user_id', 'a\nb'), 'INVALID_VALUE'],
    [
      'with half a surrogate pair',
      id('user_id', 'a\ud83e'),
      'INVALID_VALUE',
      id('user_id', 'a\uFFFD'),
    ],
    ['that is no address', id('email', 'mail.test'), 'INVALID_VALUE'],
    ['that is no number', id('phone', 'call me'), 'INVALID_VALUE'],
    ['empty', id('user_id', ''), 'JUNK_VALUE'],
    ['only white space', id('user_id', ' \t\u00a0\u3000 '), 'JUNK_VALUE'],
    ['junk', id('email', 'undefined'), 'JUNK_VALUE'],
    ['junk in capitals', id('email', 'NULL'), 'JUNK_VALUE'],
    ['junk in quotes', id('user_id', '"null"'), 'JUNK_VALUE'],
    ['junk in single quotes with spaces', id('user_id', ` ' Guest ' `), 'JUNK_VALUE'],
    ['empty quotes', id('user_id', '""'), 'JUNK_VALUE'],
    ['zeros and dashes', id('device_id', '00000000-0000-0000-0000-000000000000'), 'JUNK_VALUE'],
    ['an object that became text', id('user_id', '[object Object]'), 'JUNK_VALUE'],
    ['of an unknown namespace', id('shoe_size', '42'), 'UNKNOWN_NAMESPACE'],
    ['of a namespace in capitals', id('EMAIL', 'a@mail.test'), 'UNKNOWN_NAMESPACE'],
    ['of no namespace', id('', '42'), 'UNKNOWN_NAMESPACE'],
    [
      'of a namespace of 10,000 characters',
      id('n'.repeat(LONG), '42'),
      'UNKNOWN_NAMESPACE',
      id('n'.repeat(100), '42'),
    ],
    ['of a namespace with NUL', id('a\0b', '42'), 'UNKNOWN_NAMESPACE', id('a\uFFFDb', '42')],
    [
      'of a namespace with half a surrogate pair',
      id('\ud83e', '42'),
      'UNKNOWN_NAMESPACE',
      id('\uFFFD', '42'),
    ],
    ['of a namespace that every object has', id('constructor', '42'), 'UNKNOWN_NAMESPACE'],
  ];
  const useless = table.map(
    ([name, identifier, reason, kept = identifier]) => [name, identifier, reason, kept] as const,
  );

  it.each(useless)('%s, alone: NO_USABLE_IDENTIFIER', async (_, identifier, reason) => {
    const sent = await send([identifier]);
    await expectQuarantined(sent, [identifier], 'NO_USABLE_IDENTIFIER');
    expect(sent.outcome.detail).toContain(reason);
  });

  it.each(useless)(
    '%s, beside a good one: demoted, and warned of',
    async (_, identifier, reason, kept) => {
      const good = userIdentifier(fresh());
      const sent = await send([identifier, good]);
      expect(sent.outcome).toMatchObject({
        status: 'ACCEPTED',
        reason: null,
        demoted: [{ ...identifier, reason }],
      });
      expect((await profileOf(sent))?.identifiers).toEqual([good]);
      expect(await warningsOf(sent)).toEqual([{ rule: reason, identifier: kept, times: 1 }]);
      // On the event it is as long as it was sent: only what cannot be stored is replaced.
      const [stored, ...others] = await storedIdentifiers(sent);
      expect(others).toEqual([good]);
      expect(stored).toEqual(id(storable(identifier.namespace), storable(identifier.value)));
    },
  );

  function storable(text: string): string {
    return text.replaceAll('\0', '\uFFFD').toWellFormed();
  }

  it('all of them beside a good one: each is told', async () => {
    const some = useless
      .map(([, identifier]) => identifier)
      .filter(({ value }) => value.length < 300);
    const sent = await send([...some, userIdentifier(fresh())]);
    expect(sent.outcome.status).toBe('ACCEPTED');
    expect(sent.outcome.demoted.map(({ namespace, value }) => ({ namespace, value }))).toEqual(
      some,
    );
    expect(await warningsOf(sent)).toHaveLength(some.length);
  });
});

describe('an event that says the same twice', () => {
  it.each<[string, readonly Identifier[], Identifier]>([
    ['in the same words', [id('user_id', 'same'), id('user_id', 'same')], id('user_id', 'same')],
    [
      'in capitals and with spaces',
      [id('email', 'two@mail.test'), id('email', ' TWO@Mail.test ')],
      id('email', 'two@mail.test'),
    ],
    [
      'composed and decomposed',
      [id('user_id', 'Ame\u0301lie'), id('user_id', 'Am\u00e9lie')],
      id('user_id', 'Am\u00e9lie'),
    ],
    [
      'as a number with and without its country',
      [
        id('phone', '+86 138 0013 8000'),
        id('phone', '13800138000'),
        id('phone', 'tel:+8613800138000'),
      ],
      id('phone', '+8613800138000'),
    ],
  ])('%s: has one identifier, and no link to itself', async (_, identifiers, known) => {
    const sent = await send(identifiers);
    expect(sent.outcome).toMatchObject({ status: 'ACCEPTED', demoted: [] });
    expect((await profileOf(sent))?.identifiers).toEqual([known]);
    expect(await storedIdentifiers(sent)).toEqual(identifiers);
    expect(await warningsOf(sent)).toEqual([]);
  });

  it('junk, the same: is told twice, and is one warning of one event', async () => {
    const junk = id('email', 'null');
    const sent = await send([junk, userIdentifier(fresh()), junk]);
    expect(sent.outcome.demoted).toEqual(
      [junk, junk].map((one) => ({ ...one, reason: 'JUNK_VALUE' })),
    );
    expect(await warningsOf(sent)).toEqual([{ rule: 'JUNK_VALUE', identifier: junk, times: 1 }]);
  });

  it('junk, in two spellings: is warned of as sent', async () => {
    const sent = await send([id('email', 'null'), id('email', 'NULL'), userIdentifier(fresh())]);
    expect(sent.outcome.demoted).toHaveLength(2);
    expect((await warningsOf(sent)).map(({ identifier }) => identifier.value).sort()).toEqual([
      'NULL',
      'null',
    ]);
  });
});

describe('an event with', () => {
  function many(count: number): Identifier[] {
    return Array.from({ length: count }, () => id('anonymous_id', fresh()));
  }

  it.each<[string, () => readonly Identifier[], string]>([
    ['no identifier', () => [], 'NO_USABLE_IDENTIFIER'],
    ['51 identifiers', () => many(51), 'TOO_MANY_IDENTIFIERS'],
    ['500 identifiers', () => many(500), 'TOO_MANY_IDENTIFIERS'],
    [
      'the same identifier 500 times',
      () => Array.from({ length: 500 }, () => id('user_id', 'again')),
      'TOO_MANY_IDENTIFIERS',
    ],
    [
      '500 identifiers, one of them a profile_id',
      () => [id('profile_id', NOBODY), ...many(499)],
      'TOO_MANY_IDENTIFIERS',
    ],
    [
      '40 identifiers of 1 kB',
      () => Array.from({ length: 40 }, () => id('user_id', 'a'.repeat(1_000))),
      'EVENT_TOO_LARGE',
    ],
    ['a profile_id of nobody', () => [id('profile_id', NOBODY)], 'UNKNOWN_PROFILE'],
    [
      'a profile_id of nobody beside a good identifier',
      () => [userIdentifier(fresh()), id('profile_id', NOBODY)],
      'UNKNOWN_PROFILE',
    ],
    ['an empty profile_id', () => [id('profile_id', '')], 'UNKNOWN_PROFILE'],
    [
      'a profile_id of another kind',
      () => [id('profile_id', `evt_${'0'.repeat(32)}`)],
      'UNKNOWN_PROFILE',
    ],
    [
      'a profile_id in capitals',
      () => [id('profile_id', `prf_${'A'.repeat(32)}`)],
      'UNKNOWN_PROFILE',
    ],
    [
      'a profile_id with NUL',
      () => [id('profile_id', `prf_\0${'0'.repeat(31)}`)],
      'UNKNOWN_PROFILE',
    ],
    ['a profile_id of 10 kB', () => [id('profile_id', '0'.repeat(LONG))], 'UNKNOWN_PROFILE'],
    [
      'a malformed profile_id beside a good identifier',
      () => [userIdentifier(fresh()), id('profile_id', 'null')],
      'UNKNOWN_PROFILE',
    ],
  ])('%s is quarantined whole', async (_, make, reason) => {
    const identifiers = make();
    const sent = await send(identifiers);
    await expectQuarantined(sent, identifiers, reason);
  });

  it('50 identifiers is taken with all of them', async () => {
    const identifiers = many(50);
    const sent = await send(identifiers);
    expect(sent.outcome).toMatchObject({ status: 'ACCEPTED', demoted: [] });
    expect((await profileOf(sent))?.identifiers).toHaveLength(50);
  });

  it('an absorbed profile_id belongs to the survivor', async () => {
    const [a, b] = [id('device_id', fresh()), id('device_id', fresh())];
    const [survivor, absorbed] = [await send([a]), await send([b])];
    await send([a, b]);
    const sent = await send([id('profile_id', absorbed.outcome.profileId ?? '')]);
    expect(sent.outcome).toMatchObject({
      status: 'ACCEPTED',
      profileId: survivor.outcome.profileId,
      demoted: [],
    });
  });

  it('the profile_ids of two profiles makes them one', async () => {
    const [one, other] = [
      await send([id('device_id', fresh())]),
      await send([id('device_id', fresh())]),
    ];
    const sent = await send(
      [other, one].map(({ outcome }) => id('profile_id', outcome.profileId ?? '')),
    );
    expect(sent.outcome).toMatchObject({
      status: 'ACCEPTED',
      profileId: one.outcome.profileId,
      demoted: [],
    });
    expect(await profileOf(other)).toMatchObject({ id: one.outcome.profileId });
  });

  it('the profile_ids of two people belongs to one, and the other is demoted', async () => {
    const [one, other] = [
      await send([userIdentifier(fresh())]),
      await send([userIdentifier(fresh())]),
    ];
    const sent = await send(
      [one, other].map(({ outcome }) => id('profile_id', outcome.profileId ?? '')),
    );
    expect(sent.outcome).toMatchObject({
      status: 'ACCEPTED',
      profileId: one.outcome.profileId,
      demoted: [{ namespace: 'user_id', reason: 'PERSON_CONFLICT' }],
    });
    expect((await profileOf(other))?.id).toBe(other.outcome.profileId);
    expect(await warningsOf(sent)).toMatchObject([{ rule: 'PERSON_CONFLICT', times: 1 }]);
  });
});

describe('what is not an identifier at all', () => {
  it.each<[string, unknown]>([
    ['null', null],
    ['a text', 'user_id:ada'],
    ['without a value', { namespace: 'user_id' }],
    ['with null for a value', { namespace: 'user_id', value: null }],
    ['with a number for a value', { namespace: 'user_id', value: 42 }],
    ['with a list for a value', { namespace: 'user_id', value: ['ada'] }],
    ['with more than is known', { namespace: 'user_id', value: 'ada', weight: 1 }],
  ])('%s: INVALID_INPUT for the call, and nothing is stored', async (_, identifier) => {
    const good = fresh();
    const { data, errors } = await api.query(
      'mutation ($events: [EventInput!]!) { recordEvents(events: $events) { accepted } }',
      {
        events: [
          { name: 'Signed In', identifiers: [userIdentifier(good)] },
          { name: 'Signed In', identifiers: [identifier] },
        ],
      },
    );
    expect([data, errors[0]?.extensions.code]).toEqual([null, 'INVALID_INPUT']);
    expect(await api.database.query('select from identifier where value = $1', [good])).toEqual([]);
  });
});

describe('invisible characters', () => {
  it.each([
    ['a zero-width space', '\u200b'],
    ['a soft hyphen', '\u00ad'],
    ['marks of direction', '\u200e\u200f'],
  ])('%s alone name nobody', async (_, value) => {
    const sent = await send([id('user_id', value)]);
    expect(sent.outcome).toMatchObject({ status: 'QUARANTINED', reason: 'NO_USABLE_IDENTIFIER' });
  });
});

test('all of it leaves the graph whole', async () => {
  expect(await graphFaults(api.database)).toEqual([]);
  expect(await linkedParts(api.database)).toEqual(await profilesOf(api.database));
  expect(
    await api.database.query(
      'select from identity_link where identifier_id = linked_identifier_id',
    ),
  ).toEqual([]);
});
