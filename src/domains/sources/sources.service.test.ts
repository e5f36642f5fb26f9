import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { type Scope, scopeNames } from '../../platform/auth/scopes';
import { createLogger } from '../../platform/telemetry/logger';
import { uuidSource } from '../../shared/ids';
import type { SourceId, WriteKeyId } from './sources.model';
import { SourceReads } from './sources.reads';
import type { SourceSettings } from './sources.rules';
import { SourceService } from './sources.service';

const { database } = useTestDatabase();
const START = '2026-06-15T12:00:00.000Z';
const clock = new TestClock(START);
const reads = new SourceReads(database);
const cli = { actor: 'cli', scopes: new Set(scopeNames) };

let count = 0;

beforeEach(() => clock.set(START));

/** A process of its own: neither the cache nor the rate is shared. */
function newService(): SourceService {
  const logger = createLogger({ level: 'silent' });
  const knownNamespaces = new Set(['user_id', 'email']);
  return new SourceService({ database, ids: uuidSource, clock, logger, knownNamespaces });
}

async function create(service: SourceService, settings: Partial<SourceSettings> = {}) {
  count += 1;
  const outcome = await service.create({ name: `source-${count}`, ...settings }, cli);
  if (outcome.kind !== 'SOURCE_CREATED') throw new Error(`No source was made: ${outcome.kind}`);
  return outcome;
}

async function addKey(service: SourceService, sourceId: SourceId) {
  const outcome = await service.addWriteKey(sourceId, cli);
  if (outcome.kind !== 'WRITE_KEY_ADDED') throw new Error(`No key was added: ${outcome.kind}`);
  return outcome;
}

async function keysOf(sourceId: SourceId) {
  const [keys = []] = await reads.writeKeysBySource([sourceId]);
  return keys;
}

describe('create', () => {
  it('makes a source and a write key, of which the hash is kept and not the secret', async () => {
    const { source, secret, writeKey } = await create(newService(), {
      eventNames: ['Order Completed'],
    });
    expect(secret).toMatch(/^pw_[\w-]{43}$/);
    expect(source).toMatchObject({
      createdBy: 'cli',
      disabledAt: null,
      allowed: { namespaces: null, eventNames: new Set(['Order Completed']) },
    });
    const [row] = await database.query<{ text: string; hash: Buffer }>(
      'select k::text as text, hash from write_key k where write_key_id = $1',
      [writeKey.writeKeyId],
    );
    expect(row?.hash).toHaveLength(32);
    expect(row?.text).not.toContain(secret.slice('pw_'.length));
    expect((await reads.sourceById([source.sourceId]))[0]).toEqual(source);
  });

  it('lets one of two at once have the name, for ever', async () => {
    const request = { name: 'contested' };
    const outcomes = await Promise.all([
      newService().create(request, cli),
      newService().create(request, cli),
    ]);
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual([
      'SOURCE_CREATED',
      'SOURCE_NAME_TAKEN',
    ]);
    const { sourceId } = await reads.getByName('contested');
    await newService().disable(sourceId);
    expect((await newService().create(request, cli)).kind).toBe('SOURCE_NAME_TAKEN');
    expect(await keysOf(sourceId)).toHaveLength(1);
  });

  it('grants only what the grantor holds', async () => {
    const grantor = { actor: 'key:a', scopes: new Set<Scope>(['events:write']) };
    const scopes: Scope[] = ['events:write', 'profiles:read'];
    await expect(newService().create({ name: 'greedy', scopes }, grantor)).rejects.toMatchObject({
      code: 'FORBIDDEN',
      details: { scope: 'profiles:read' },
    });
  });
});

describe('authenticate', () => {
  it('knows the source by its write key alone', async () => {
    const service = newService();
    const { secret, source } = await create(service);
    expect(await service.authenticate(secret)).toEqual(source);
    expect(await service.authenticate(secret.slice(0, -1))).toBeNull();
    expect(await service.authenticate(`pw_${'x'.repeat(43)}`)).toBeNull();
    expect(await service.authenticate(`${secret}x`)).toBeNull();
    expect(await service.authenticate('')).toBeNull();
  });

  it('a revocation holds at once here, and after three seconds elsewhere', async () => {
    const here = newService();
    const elsewhere = newService();
    const { secret, writeKey } = await create(here);
    expect(await elsewhere.authenticate(secret)).not.toBeNull();
    expect(await here.authenticate(secret)).not.toBeNull();
    await here.revokeWriteKey(writeKey.writeKeyId);
    expect(await here.authenticate(secret)).toBeNull();
    clock.set('2026-06-15T12:00:02.999Z');
    expect(await elsewhere.authenticate(secret)).not.toBeNull();
    clock.set('2026-06-15T12:00:03.000Z');
    expect(await elsewhere.authenticate(secret)).toBeNull();
  });

  it('does not ask the database again while it remembers', async () => {
    const service = newService();
    const { secret } = await create(service);
    await service.authenticate(secret);
    await service.settled();
    const query = jest.spyOn(database, 'query');
    await service.authenticate(secret);
    expect(query).not.toHaveBeenCalled();
    query.mockRestore();
  });

  it('notes when a key was last used', async () => {
    const service = newService();
    const { secret, source } = await create(service);
    await service.authenticate(secret);
    await service.settled();
    expect(await keysOf(source.sourceId)).toEqual([
      expect.objectContaining({ lastUsedAt: new Date(START) }),
    ]);
  });

  it('ignores scopes that this version does not know', async () => {
    const service = newService();
    const { secret, source } = await create(service);
    await database.query(
      `update event_source set scopes = '{events:write,keys:manage,future:scope}'
       where source_id = $1`,
      [source.sourceId],
    );
    expect((await service.authenticate(secret))?.scopes).toEqual(new Set(['events:write']));
  });
});

describe('rotation', () => {
  it('has two keys good at once, and then the second alone', async () => {
    const service = newService();
    const { source, secret: first, writeKey } = await create(service);
    const { secret: second } = await addKey(service, source.sourceId);
    expect(await service.authenticate(first)).toEqual(source);
    expect(await service.authenticate(second)).toEqual(source);
    await service.revokeWriteKey(writeKey.writeKeyId);
    expect(await service.authenticate(first)).toBeNull();
    expect(await service.authenticate(second)).toEqual(source);
    expect((await keysOf(source.sourceId)).map(({ revokedAt }) => revokedAt)).toEqual([
      null,
      new Date(START),
    ]);
  });

  it('refuses a third by name, until one is revoked', async () => {
    const service = newService();
    const { source, writeKey } = await create(service);
    await addKey(service, source.sourceId);
    const refused = { kind: 'WRITE_KEY_LIMIT_REACHED', writeKeysMax: 2 };
    expect(await service.addWriteKey(source.sourceId, cli)).toEqual(refused);
    await service.revokeWriteKey(writeKey.writeKeyId);
    await addKey(service, source.sourceId);
    expect(await service.addWriteKey(source.sourceId, cli)).toEqual(refused);
  });

  it('of several asked for at once gives no more than there may be', async () => {
    const { source } = await create(newService());
    const asked = Array.from({ length: 5 }, () => newService().addWriteKey(source.sourceId, cli));
    const added = (await Promise.all(asked)).filter(({ kind }) => kind === 'WRITE_KEY_ADDED');
    expect(added).toHaveLength(1);
    expect(await keysOf(source.sourceId)).toHaveLength(2);
  });

  it('gives no key to who lacks a scope of the source', async () => {
    const { source } = await create(newService());
    const grantor = { actor: 'key:a', scopes: new Set<Scope>(['sources:manage']) };
    await expect(newService().addWriteKey(source.sourceId, grantor)).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  it('keeps the time of the first revocation, and refuses what is not there', async () => {
    const service = newService();
    const { writeKey } = await create(service);
    await service.revokeWriteKey(writeKey.writeKeyId);
    clock.advanceDays(1);
    const again = await service.revokeWriteKey(writeKey.writeKeyId);
    expect(again.revokedAt).toEqual(new Date(START));
    const missing = { code: 'NOT_FOUND' };
    const nobody = uuidSource.next<SourceId>();
    await expect(service.revokeWriteKey(uuidSource.next<WriteKeyId>())).rejects.toMatchObject(
      missing,
    );
    await expect(service.addWriteKey(nobody, cli)).rejects.toMatchObject(missing);
    await expect(service.disable(nobody)).rejects.toMatchObject(missing);
    await expect(service.update(nobody, {}, cli)).rejects.toMatchObject(missing);
  });
});

describe('update', () => {
  it('changes what is given, at once, and nothing else', async () => {
    const service = newService();
    const { source, secret } = await create(service, { namespaces: ['email'] });
    await service.authenticate(secret);
    await service.update(source.sourceId, { origins: ['https://shop.example'] }, cli);
    const changed = await service.authenticate(secret);
    expect(changed).toEqual({ ...source, origins: ['https://shop.example'] });
    await service.update(source.sourceId, { namespaces: null, eventsPerMinuteMax: 3_000 }, cli);
    expect(await service.authenticate(secret)).toMatchObject({
      allowed: { namespaces: null },
      eventsPerMinuteMax: 3_000,
      origins: ['https://shop.example'],
    });
  });

  it('changes nothing where one of the settings is not of the form', async () => {
    const service = newService();
    const { source } = await create(service);
    const changes = { origins: ['*'], eventsPerMinuteMax: 1 };
    await expect(service.update(source.sourceId, changes, cli)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    expect(await reads.sourceById([source.sourceId])).toEqual([source]);
  });

  it('needs the scopes it adds, and not those that were there', async () => {
    const service = newService();
    const { source } = await create(service, { scopes: ['profiles:read'] });
    const grantor = { actor: 'key:a', scopes: new Set<Scope>(['events:write']) };
    const update = (scopes: Scope[]) => service.update(source.sourceId, { scopes }, grantor);
    expect((await update(['events:write', 'profiles:read'])).scopes.size).toBe(2);
    await update(['events:write']);
    await expect(update(['events:write', 'profiles:read'])).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });
});

it('a disabled source is refused with all its keys, until it is enabled', async () => {
  const service = newService();
  const { source, secret } = await create(service);
  await service.authenticate(secret);
  await service.disable(source.sourceId);
  expect(await service.authenticate(secret)).toBeNull();
  clock.advanceDays(1);
  expect((await service.disable(source.sourceId)).disabledAt).toEqual(new Date(START));
  await service.enable(source.sourceId);
  expect(await service.authenticate(secret)).toEqual(source);
});

describe('rate', () => {
  it('is each source its own, and holds from one request to the next', async () => {
    const service = newService();
    const { source } = await create(service, { eventsPerMinuteMax: 3_000 });
    const { source: other } = await create(service, { eventsPerMinuteMax: 3_000 });
    expect(service.takeFromRate(source, 2_500)).toEqual({ isWithin: true });
    expect(service.takeFromRate(source, 501)).toEqual({ isWithin: false, retryAfterSeconds: 1 });
    expect(service.takeFromRate(other, 2_500)).toEqual({ isWithin: true });
    // What was refused has not been taken.
    expect(service.takeFromRate(source, 500)).toEqual({ isWithin: true });
    expect(service.takeFromRate(source, 500)).toEqual({ isWithin: false, retryAfterSeconds: 10 });
    clock.set('2026-06-15T12:00:10.000Z');
    expect(service.takeFromRate(source, 500)).toEqual({ isWithin: true });
  });

  it('is none where none is set', async () => {
    const service = newService();
    const { source } = await create(service);
    expect(service.takeFromRate(source, 1_000_000)).toEqual({ isWithin: true });
    expect(service.takeFromRate(source, 1_000_000)).toEqual({ isWithin: true });
  });
});
