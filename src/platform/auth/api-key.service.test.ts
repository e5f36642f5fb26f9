import { useTestDatabase } from '../../../test/support/database';
import { systemClock } from '../../shared/clock';
import { uuidSource } from '../../shared/ids';
import { createLogger } from '../telemetry/logger';
import { ApiKeyService } from './api-key.service';
import { ApiKeyStore } from './api-key.store';
import { type Scope, scopeNames } from './scopes';

const testDatabase = useTestDatabase();

const cli = { actor: 'cli', scopes: new Set(scopeNames) };
const START = new Date('2026-01-01T00:00:00Z');
const clock = { time: START.getTime(), now: () => new Date(clock.time) };

beforeEach(async () => {
  clock.time = START.getTime();
  await testDatabase.database.query('delete from api_key');
});

/** A process of its own: the cache is not shared. */
function newService(): ApiKeyService {
  return new ApiKeyService(
    new ApiKeyStore(testDatabase.database),
    uuidSource,
    clock,
    createLogger({ level: 'silent' }),
  );
}

function create(service: ApiKeyService, name = 'crm', scopes: Scope[] = ['events:write']) {
  return service.create({ name, scopes }, cli);
}

describe('create', () => {
  it('keeps the hash and not the secret', async () => {
    const { secret, apiKey } = await create(newService());
    const [row] = await testDatabase.database.query<{ text: string; hash: Buffer }>(
      'select api_key::text as text, hash from api_key where id = $1',
      [apiKey.id],
    );
    expect(row?.hash).toHaveLength(32);
    expect(row?.text).not.toContain(secret.slice('prn_live_'.length));
  });

  it('lets one of two concurrent creations have the name, and frees it on revocation', async () => {
    const service = newService();
    const results = await Promise.allSettled([create(service), create(newService())]);
    const statuses = results.map(({ status }) => status).sort();
    expect(statuses).toEqual(['fulfilled', 'rejected']);
    await expect(create(service, ' crm ')).rejects.toMatchObject({ code: 'API_KEY_NAME_TAKEN' });
    const [active] = await service.list();
    await service.revoke(active?.id ?? '');
    const { apiKey } = await create(service);
    expect((await service.list()).map(({ id, revokedAt }) => [id, revokedAt !== null])).toEqual([
      [apiKey.id, false],
      [active?.id, true],
    ]);
  });

  it.each<[string, string, Scope[], string]>([
    ['a blank name', '  ', ['events:write'], 'INVALID_INPUT'],
    ['a name of 101 characters', 'x'.repeat(101), ['events:write'], 'INVALID_INPUT'],
    ['a name of two lines', 'a\nb', ['events:write'], 'INVALID_INPUT'],
    ['no scope', 'crm', [], 'INVALID_INPUT'],
  ])('refuses %s', async (_name, name, scopes, code) => {
    await expect(create(newService(), name, scopes)).rejects.toMatchObject({ code });
  });

  it('takes a name of 100 characters, and each scope once', async () => {
    const { apiKey } = await create(newService(), 'x'.repeat(100), [
      'events:write',
      'events:write',
    ]);
    expect(apiKey.scopes).toEqual(['events:write']);
  });

  it('grants only what the grantor holds', async () => {
    const grantor = { actor: 'key:a', scopes: new Set<Scope>(['events:read']) };
    const request = { name: 'b', scopes: ['events:read', 'loyalty:read'] as const };
    await expect(newService().create(request, grantor)).rejects.toMatchObject({
      code: 'FORBIDDEN',
      details: { scope: 'loyalty:read' },
    });
  });
});

describe('authenticate', () => {
  it('knows the key by its secret alone', async () => {
    const service = newService();
    const { secret, apiKey } = await create(service);
    expect(await service.authenticate(secret)).toEqual({
      kind: 'KEY',
      name: 'crm',
      scopes: new Set(['events:write']),
    });
    expect(await service.authenticate(`${secret.slice(0, -1)}!`)).toBeNull();
    expect(await service.authenticate(secret.slice(0, -1))).toBeNull();
    expect(await service.authenticate(apiKey.id)).toBeNull();
  });

  it('a revocation holds at once here, and after three seconds elsewhere', async () => {
    const here = newService();
    const elsewhere = newService();
    const { secret, apiKey } = await create(here);
    expect(await here.authenticate(secret)).not.toBeNull();
    expect(await elsewhere.authenticate(secret)).not.toBeNull();
    await here.revoke(apiKey.id);
    expect(await here.authenticate(secret)).toBeNull();
    clock.time += 2_999;
    expect(await elsewhere.authenticate(secret)).not.toBeNull();
    clock.time += 1;
    expect(await elsewhere.authenticate(secret)).toBeNull();
  });

  it('a key read before its revocation is not remembered after it', async () => {
    const store = new ApiKeyStore(testDatabase.database);
    const service = new ApiKeyService(store, uuidSource, clock, createLogger({ level: 'silent' }));
    const { secret, apiKey } = await create(service);
    const find = store.findByHash.bind(store);
    jest.spyOn(store, 'findByHash').mockImplementationOnce(async (hash) => {
      const found = await find(hash);
      await service.revoke(apiKey.id);
      return found;
    });
    expect(await service.authenticate(secret)).not.toBeNull();
    expect(await service.authenticate(secret)).toBeNull();
  });

  it('does not ask the database again within three seconds, until the clock is set back', async () => {
    const store = new ApiKeyStore(testDatabase.database);
    const service = new ApiKeyService(store, uuidSource, clock, createLogger({ level: 'silent' }));
    const { secret } = await create(service);
    const find = jest.spyOn(store, 'findByHash');
    await service.authenticate(secret);
    await service.authenticate(secret);
    expect(find).toHaveBeenCalledTimes(1);
    clock.time -= 60_000;
    await service.authenticate(secret);
    expect(find).toHaveBeenCalledTimes(2);
  });

  it('ignores scopes that this version does not know', async () => {
    const service = newService();
    const { secret } = await create(service);
    await testDatabase.database.query(`update api_key set scopes = '{events:read,future:scope}'`);
    expect((await service.authenticate(secret))?.scopes).toEqual(new Set(['events:read']));
  });
});

describe('last use', () => {
  async function lastUse(service: ApiKeyService): Promise<string | undefined> {
    await service.settled();
    return (await service.list())[0]?.lastUsedAt?.toISOString();
  }

  it('is noted at most once a minute, whichever process saw it', async () => {
    const service = newService();
    const other = newService();
    const { secret } = await create(service);
    expect(await lastUse(service)).toBeUndefined();
    await service.authenticate(secret);
    expect(await lastUse(service)).toBe('2026-01-01T00:00:00.000Z');
    clock.time += 59_999;
    await service.authenticate(secret);
    await other.authenticate(secret);
    await other.settled();
    expect(await lastUse(service)).toBe('2026-01-01T00:00:00.000Z');
    clock.time += 1;
    await service.authenticate(secret);
    expect(await lastUse(service)).toBe('2026-01-01T00:01:00.000Z');
  });

  it('is not written again where another process just did', async () => {
    const store = new ApiKeyStore(testDatabase.database);
    const service = newService();
    const { apiKey } = await create(service);
    const at = (seconds: number) => new Date(START.getTime() + seconds * 1_000);
    await store.touch(apiKey.id, at(0), at(-60));
    await store.touch(apiKey.id, at(59), at(-1));
    expect(await lastUse(service)).toBe('2026-01-01T00:00:00.000Z');
    await store.touch(apiKey.id, at(60), at(0));
    expect(await lastUse(service)).toBe('2026-01-01T00:01:00.000Z');
  });

  it('does not fail the request when it cannot be noted', async () => {
    const service = newService();
    const { secret } = await create(service);
    await testDatabase.database.query(`
      create function refuse() returns trigger language plpgsql
      as $$ begin raise exception 'refused'; end $$`);
    await testDatabase.database.query(`
      create trigger refuse before update of last_used_at on api_key
      execute function refuse()`);
    expect(await service.authenticate(secret)).not.toBeNull();
    await service.settled();
    await testDatabase.database.query('drop function refuse cascade');
    expect(await lastUse(service)).toBeUndefined();
  });
});

describe('ensure', () => {
  const secret = `prn_demo_${'d'.repeat(43)}`;

  it('makes the key once, from however many processes', async () => {
    const made = await Promise.all(
      Array.from({ length: 4 }, () =>
        newService().ensure({ name: 'demo', scopes: scopeNames }, secret, 'demo'),
      ),
    );
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect((await newService().authenticate(secret))?.scopes).toEqual(new Set(scopeNames));
  });

  it('brings the scopes up to date, at once in this process', async () => {
    const service = newService();
    await service.ensure({ name: 'demo', scopes: ['events:read'] }, secret, 'demo');
    await service.authenticate(secret);
    await service.ensure({ name: 'demo', scopes: ['events:write'] }, secret, 'demo');
    expect((await service.authenticate(secret))?.scopes).toEqual(new Set(['events:write']));
  });

  it('does not bring a revoked key back', async () => {
    const service = newService();
    const { id } = await service.ensure({ name: 'demo', scopes: ['events:read'] }, secret, 'demo');
    await service.revoke(id);
    const again = await service.ensure({ name: 'demo', scopes: scopeNames }, secret, 'demo');
    expect([again.id, again.revokedAt]).toEqual([id, START]);
    expect(await service.authenticate(secret)).toBeNull();
  });

  it('refuses a name in use by another secret, and what is no key', async () => {
    const service = newService();
    await create(service, 'demo');
    const request = { name: 'demo', scopes: scopeNames };
    await expect(service.ensure(request, secret, 'demo')).rejects.toMatchObject({
      code: 'API_KEY_NAME_TAKEN',
    });
    await expect(service.ensure(request, 'demo', 'demo')).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });
});

describe('revoke', () => {
  it('keeps the time of the first revocation, and refuses an unknown id', async () => {
    const service = newService();
    const { apiKey } = await create(service);
    await service.revoke(apiKey.id);
    clock.time += 5_000;
    expect((await service.revoke(apiKey.id)).revokedAt).toEqual(START);
    await expect(service.revoke(uuidSource.next())).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

it('works with the clock of the machine', async () => {
  const service = new ApiKeyService(
    new ApiKeyStore(testDatabase.database),
    uuidSource,
    systemClock,
    createLogger({ level: 'silent' }),
  );
  const { secret } = await create(service);
  expect(await service.authenticate(secret)).not.toBeNull();
  await service.settled();
});
