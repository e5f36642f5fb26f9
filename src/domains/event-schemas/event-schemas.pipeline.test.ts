import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { createPipeline } from '../../../test/support/pipeline';
import { listening } from '../../../test/support/statements';
import { firstRows } from '../../platform/database/keyset';
import { uuidSource } from '../../shared/ids';
import type { JsonObject } from '../../shared/json';
import type { AcceptedEvent, EventOutcome, IncomingEvent } from '../events';
import type { SchemaEnforcement } from './event-schemas.model';
import { EventSchemaReads } from './event-schemas.reads';
import { addViolations } from './event-schemas.violations.store';

const testing = useTestDatabase();
const clock = new TestClock('2026-06-15T12:00:00Z');
const projected: AcceptedEvent[] = [];
const { events, schemas } = createPipeline(testing.database, {
  clock,
  projectors: [
    {
      project: async (_, accepted) => {
        projected.push(...accepted);
        return [];
      },
    },
  ],
});

let serial = 0;

/** Of a name that no other test has. */
function newName(): string {
  serial += 1;
  return `Event ${serial}`;
}

function event(name: string, properties: JsonObject, changes: Partial<IncomingEvent> = {}) {
  const messageId = uuidSource.next<string>();
  const identifiers = [{ namespace: 'user_id', value: `u-${messageId}` }];
  return { messageId, name, identifiers, properties, ...changes };
}

const needsSku: JsonObject = {
  properties: { sku: { type: 'string' } },
  required: ['sku'],
};

async function register(
  name: string,
  enforcement: SchemaEnforcement,
  schema: JsonObject = needsSku,
  isActivated = true,
  on = schemas,
): Promise<number> {
  const asked = { name, version: null, schema, enforcement, isActivated };
  const outcome = await on.register(asked, 'test');
  if (outcome.kind !== 'DONE') throw new Error(JSON.stringify(outcome));
  return outcome.schema.version;
}

async function send(
  batch: readonly IncomingEvent[],
  by = events,
): Promise<readonly EventOutcome[]> {
  return (await by.ingest('web', batch)).outcomes;
}

async function statuses(batch: readonly IncomingEvent[], by = events): Promise<readonly string[]> {
  return (await send(batch, by)).map((outcome) =>
    outcome.status === 'QUARANTINED' ? outcome.reason : outcome.status,
  );
}

async function stored(messageId: string): Promise<JsonObject | undefined> {
  const [row] = await testing.database.query<{ properties: JsonObject }>(
    'select properties from event where message_id = $1',
    [messageId],
  );
  return row?.properties;
}

/** What is counted of a name: version, path, rule and how often. */
async function counted(name: string): Promise<readonly string[]> {
  const rows = await violations(name);
  return rows.map(({ version, path, rule, times }) => `${version}: ${path} ${rule} ${times}`);
}

function violations(name: string) {
  const conditions = { name, version: null, source: null, since: null };
  return new EventSchemaReads(testing.database).findViolations(conditions, firstRows(100));
}

describe('an event that is not as its schema says', () => {
  it('is taken as it is and counted, with ALLOW', async () => {
    const name = newName();
    await register(name, 'ALLOW');
    const one = event(name, { sku: 1, extra: true });
    expect(await statuses([one, event(name, { sku: 'a' })])).toEqual(['ACCEPTED', 'ACCEPTED']);
    expect(await stored(one.messageId)).toEqual({ sku: 1, extra: true });
    expect(await counted(name)).toEqual(['1: /sku type 1']);
  });

  it('is stored and projected without what is not known, with OMIT', async () => {
    const name = newName();
    await register(name, 'OMIT');
    const one = event(name, { sku: 'a', email: 'ada@example.com', deep: { a: 1 } });
    const whole = event(name, { sku: 'b' });
    expect(await statuses([one, whole])).toEqual(['ACCEPTED', 'ACCEPTED']);
    expect(await stored(one.messageId)).toEqual({ sku: 'a' });
    expect(projected.find(({ messageId }) => messageId === one.messageId)?.properties).toEqual({
      sku: 'a',
    });
    expect(await stored(whole.messageId)).toEqual({ sku: 'b' });
    expect(await counted(name)).toEqual(['1: /* unknownProperty 1']);
    const [violation] = await violations(name);
    expect(violation?.samples.map(({ place }) => place)).toEqual(['/email']);
  });

  it('counts for nothing by what is left out: an order keeps no amount its schema does not name', async () => {
    await register('Order Refunded', 'OMIT', { properties: { sku: true } });
    const [outcome] = await send([event('Order Refunded', { sku: 'a', total: 5 })]);
    expect(outcome).toMatchObject({ status: 'QUARANTINED', reason: 'INVALID_PROPERTIES' });
    await schemas.retire('Order Refunded', 1, 'test');
  });

  it('is set aside where a known value is wrong, with OMIT', async () => {
    const name = newName();
    await register(name, 'OMIT');
    const one = event(name, { sku: 1, extra: true });
    expect(await statuses([one])).toEqual(['SCHEMA_VIOLATION']);
    const [row] = await testing.database.query<{ payload: string }>(
      'select payload from quarantined_event where message_id = $1',
      [one.messageId],
    );
    expect(JSON.parse(row?.payload ?? '')).toMatchObject({ properties: { sku: 1, extra: true } });
  });

  it('is set aside and never fails the others, with QUARANTINE', async () => {
    const name = newName();
    await register(name, 'QUARANTINE');
    const bad = event(name, { sku: { secret: 'ada@example.com' } });
    const outcomes = await send([event(name, { sku: 'a' }), bad, event('Other', { sku: 1 })]);
    expect(outcomes.map(({ status }) => status)).toEqual(['ACCEPTED', 'QUARANTINED', 'ACCEPTED']);
    expect(outcomes[1]).toEqual({
      status: 'QUARANTINED',
      reason: 'SCHEMA_VIOLATION',
      detail: 'Not as event schema 1 says: /sku: type.',
    });
    expect(await stored(bad.messageId)).toBeUndefined();
    const [violation] = await violations(name);
    expect(violation).toMatchObject({ source: 'web', times: 1n, path: '/sku', rule: 'type' });
    expect(violation?.samples).toEqual([
      {
        messageId: bad.messageId,
        eventId: null,
        receivedAt: clock.now().toISOString(),
        place: '/sku',
        schemaVersion: null,
      },
    ]);
    expect(JSON.stringify(violation?.samples)).not.toContain('ada');
  });

  it('is judged without properties as with none', async () => {
    const name = newName();
    await register(name, 'QUARANTINE');
    const one = { messageId: 'bare', name, identifiers: [{ namespace: 'user_id', value: 'bare' }] };
    expect(await statuses([one])).toEqual(['SCHEMA_VIOLATION']);
  });
});

describe('what is counted', () => {
  it('is each message once, however often it comes', async () => {
    const name = newName();
    await register(name, 'ALLOW');
    const taken = event(name, {});
    await send([taken, taken]);
    expect(await statuses([taken])).toEqual(['DUPLICATE']);
    expect(await counted(name)).toEqual(['1: /sku required 1']);

    const strict = newName();
    await register(strict, 'QUARANTINE');
    const refused = event(strict, {});
    await send([refused, refused]);
    expect(await statuses([refused])).toEqual(['SCHEMA_VIOLATION']);
    expect(await counted(strict)).toEqual(['1: /sku required 1']);
  });

  it('is counted when a message that was set aside for something else comes again', async () => {
    const name = newName();
    await register(name, 'QUARANTINE');
    const nobody = event(name, { sku: 'a' }, { identifiers: [] });
    expect(await statuses([nobody])).toEqual(['NO_USABLE_IDENTIFIER']);
    expect(await statuses([event(name, {}, { messageId: nobody.messageId })])).toEqual([
      'SCHEMA_VIOLATION',
    ]);
    expect(await counted(name)).toEqual(['1: /sku required 1']);
  });

  it('is nothing of an event that is set aside for something else', async () => {
    const name = newName();
    await register(name, 'ALLOW');
    expect(await statuses([event(name, {}, { identifiers: [] })])).toEqual([
      'NO_USABLE_IDENTIFIER',
    ]);
    expect(await counted(name)).toEqual([]);
  });

  it('has the latest ten samples, over several batches', async () => {
    const name = newName();
    await register(name, 'ALLOW');
    const sent = Array.from({ length: 15 }, () => event(name, {}));
    await send(sent.slice(0, 7));
    clock.set('2026-06-15T12:00:01Z');
    await send(sent.slice(7));
    clock.set('2026-06-15T12:00:00Z');
    const [violation] = await violations(name);
    expect(violation?.times).toBe(15n);
    expect(violation?.samples.map(({ messageId }) => messageId)).toEqual(
      sent
        .slice(5)
        .map(({ messageId }) => messageId)
        .toReversed(),
    );
    expect(violation?.samples.every(({ eventId }) => eventId !== null)).toBe(true);
  });

  it('has as many paths as the schema has names, whatever names senders invent', async () => {
    const name = newName();
    await register(name, 'OMIT', { properties: { a: { properties: { b: true } } } });
    const batch = Array.from({ length: 50 }, (_, index) =>
      event(name, { [`x${index}`]: 1, a: { [`y${index}`]: 1 } }, { schemaVersion: undefined }),
    );
    await send(batch);
    expect(await counted(name)).toEqual(['1: /* unknownProperty 50', '1: /a/* unknownProperty 50']);
    await send([2, 3, 4].map((schemaVersion) => event(name, {}, { schemaVersion })));
    expect(await counted(name)).toContain('1:  unknownVersion 3');
  });

  it('fits the key of the table, however long the names are', async () => {
    const name = '名'.repeat(200);
    const long = '键'.repeat(2_000);
    await register(name, 'ALLOW', { required: [long] });
    expect(await statuses([event(name, {})])).toEqual(['ACCEPTED']);
    expect(await counted(name)).toEqual([`1: /${long.slice(0, 149)} required 1`]);
  });
});

describe('a message that was taken before its schema was there', () => {
  it('stays a duplicate', async () => {
    const name = newName();
    const one = event(name, {});
    expect(await statuses([one])).toEqual(['ACCEPTED']);
    await register(name, 'QUARANTINE');
    expect(await statuses([one])).toEqual(['DUPLICATE']);
    expect(await counted(name)).toEqual([]);
    const [row] = await testing.database.query<{ n: bigint }>(
      'select count(*) as n from quarantined_event where message_id = $1',
      [one.messageId],
    );
    expect(row?.n).toBe(0n);
  });
});

describe('versions', () => {
  it('an event is judged by the one it names, and by the active one where it names none', async () => {
    const name = newName();
    await register(name, 'QUARANTINE', { required: ['a'] });
    await register(name, 'QUARANTINE', { required: ['b'] }, false);
    const sent = (schemaVersion?: number) => statuses([event(name, { a: 1 }, { schemaVersion })]);
    expect(await sent()).toEqual(['ACCEPTED']);
    expect(await sent(1)).toEqual(['ACCEPTED']);
    expect(await sent(2)).toEqual(['SCHEMA_VIOLATION']);
    expect(await sent(3)).toEqual(['SCHEMA_VIOLATION']);
    await schemas.activate(name, 2, null, 'test');
    expect(await sent()).toEqual(['SCHEMA_VIOLATION']);
    expect(await sent(1)).toEqual(['ACCEPTED']);
    await schemas.retire(name, 1, 'test');
    expect(await sent(1)).toEqual(['SCHEMA_VIOLATION']);
    await schemas.activate(name, 2, 'ALLOW', 'test');
    expect(await sent()).toEqual(['ACCEPTED']);
    expect(await sent(1)).toEqual(['ACCEPTED']);
    await schemas.retire(name, 2, 'test');
    expect(await sent(7)).toEqual(['ACCEPTED']);
    expect(await counted(name)).toEqual([
      '1:  unknownVersion 1',
      '2:  unknownVersion 2',
      '2: /b required 3',
    ]);
  });
});

describe('what another process changes', () => {
  it('is seen within three seconds there, and at once where it was changed', async () => {
    const other = createPipeline(testing.database, { clock });
    const name = newName();
    clock.set('2026-06-16T12:00:00.000Z');
    const sent = (by = events) => statuses([event(name, {})], by);
    expect([await sent(), await sent(other.events)]).toEqual([['ACCEPTED'], ['ACCEPTED']]);
    await register(name, 'QUARANTINE', needsSku, true, other.schemas);
    expect(await sent(other.events)).toEqual(['SCHEMA_VIOLATION']);
    clock.set('2026-06-16T12:00:02.999Z');
    expect(await sent()).toEqual(['ACCEPTED']);
    clock.set('2026-06-16T12:00:03.000Z');
    expect(await sent()).toEqual(['SCHEMA_VIOLATION']);
    await schemas.activate(name, 1, 'ALLOW', 'test');
    expect(await sent()).toEqual(['ACCEPTED']);
  });
});

describe('what it costs', () => {
  /** How many statements a batch takes in its transaction. */
  async function statementsOf(batch: readonly IncomingEvent[]): Promise<number> {
    let statements = 0;
    await testing.database.transaction(async (tx) => {
      const counting = listening(tx, () => {
        statements += 1;
      });
      await events.ingestIn(counting, 'web', batch, clock.now());
    });
    return statements;
  }

  it('is no statement for events of other names, and one for a batch that violates', async () => {
    const name = newName();
    await register(name, 'ALLOW');
    await send([event(name, {})]);
    const plain = await statementsOf([event('Nobody Registered This', {})]);
    expect(await statementsOf([event(name, { sku: 'a' })])).toBe(plain);
    expect(await statementsOf([event(name, {}), event(name, {})])).toBe(plain + 1);
  });
});

describe('batches at once', () => {
  it('count every event, and none waits for another to commit', async () => {
    const name = newName();
    const counts = [
      { name, version: 1, source: 'web', path: '/a', rule: 'type', times: 2, samples: [] },
    ];
    // Each begins while all those before it are still open.
    const nest = async (depth: number): Promise<void> => {
      if (depth === 0) return;
      await testing.database.transaction(async (tx) => {
        await addViolations(tx, counts, clock.now());
        await nest(depth - 1);
      });
    };
    await nest(6);
    expect(await counted(name)).toEqual(['1: /a type 12']);
    await nest(3);
    expect(await counted(name)).toEqual(['1: /a type 18']);
    const [row] = await testing.database.query<{ n: bigint }>(
      'select count(*) as n from event_schema_violation where event_name = $1',
      [name],
    );
    expect(row?.n).toBe(6n);
  });

  it('of the whole pipeline add up', async () => {
    const name = newName();
    await register(name, 'QUARANTINE');
    const batches = Array.from({ length: 12 }, () => [
      ...Array.from({ length: 20 }, () => event(name, {})),
      event(name, { sku: 'a' }),
    ]);
    const results = await Promise.all(batches.map((batch) => statuses(batch)));
    expect(results.flat().filter((status) => status === 'SCHEMA_VIOLATION')).toHaveLength(240);
    expect(await counted(name)).toEqual(['1: /sku required 240']);
  });
});
