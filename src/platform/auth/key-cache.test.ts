import { createLogger } from '../telemetry/logger';
import { KeyCache, type ValidKey } from './key-cache';

const HASH = Buffer.from('a key');
const KEY: ValidKey<string> = { keyId: '1', lastUsedAt: null, holder: 'shop' };

/** A ring whose answers are given by the test, one for each question. */
class AskedRing {
  readonly questions: ((key: ValidKey<string> | null) => void)[] = [];
  readonly failures: ((error: Error) => void)[] = [];
  readonly touched: string[] = [];

  find(): Promise<ValidKey<string> | null> {
    return new Promise((resolve, reject) => {
      this.questions.push(resolve);
      this.failures.push(reject);
    });
  }

  async touch(keyId: string): Promise<void> {
    this.touched.push(keyId);
  }
}

function arrange() {
  const ring = new AskedRing();
  const clock = { ms: 1_000_000, now: () => new Date(clock.ms) };
  const cache = new KeyCache<string>(ring, clock, createLogger({ level: 'silent' }));
  const known = async () => {
    const holder = cache.holderOf(HASH);
    ring.questions[0]?.(KEY);
    await holder;
  };
  return { ring, clock, cache, known };
}

it('asks once for all who come while it is asking', async () => {
  const { ring, cache } = arrange();
  const holders = [cache.holderOf(HASH), cache.holderOf(HASH), cache.holderOf(HASH)];
  expect(ring.questions).toHaveLength(1);
  ring.questions[0]?.(KEY);
  expect(await Promise.all(holders)).toEqual(['shop', 'shop', 'shop']);
  expect(ring.touched).toEqual(['1']);
});

it('lets nobody wait for what is read again in time', async () => {
  const { ring, clock, cache, known } = arrange();
  await known();
  clock.ms += 2_500;
  expect(await cache.holderOf(HASH)).toBe('shop');
  expect(await cache.holderOf(HASH)).toBe('shop');
  expect(ring.questions).toHaveLength(2);
  ring.questions[1]?.({ ...KEY, holder: 'store' });
  await new Promise(setImmediate);
  expect(await cache.holderOf(HASH)).toBe('store');
  expect(ring.questions).toHaveLength(2);
});

it('goes by nothing older than three seconds, counted from the question', async () => {
  const { ring, clock, cache } = arrange();
  const slow = cache.holderOf(HASH);
  clock.ms += 2_900;
  ring.questions[0]?.(KEY);
  await slow;
  clock.ms += 100;
  const later = cache.holderOf(HASH);
  expect(ring.questions).toHaveLength(2);
  ring.questions[1]?.(null);
  expect(await later).toBeNull();
});

it('joins no question that was asked three seconds ago, and forgets its answer', async () => {
  const { ring, clock, cache } = arrange();
  const slow = cache.holderOf(HASH);
  clock.ms += 3_000;
  const later = cache.holderOf(HASH);
  expect(ring.questions).toHaveLength(2);
  ring.questions[1]?.({ ...KEY, holder: 'store' });
  expect(await later).toBe('store');
  ring.questions[0]?.(KEY);
  await slow;
  expect(await cache.holderOf(HASH)).toBe('store');
});

it('serves no longer what it finds revoked when it reads it again', async () => {
  const { ring, clock, cache, known } = arrange();
  await known();
  clock.ms += 2_000;
  await cache.holderOf(HASH);
  ring.questions[1]?.(null);
  await new Promise(setImmediate);
  const after = cache.holderOf(HASH);
  ring.questions[2]?.(null);
  expect(await after).toBeNull();
});

it('serves what it knows while the database is away, until it is too old', async () => {
  const { ring, clock, cache, known } = arrange();
  await known();
  clock.ms += 2_000;
  expect(await cache.holderOf(HASH)).toBe('shop');
  ring.failures[1]?.(new Error('away'));
  await new Promise(setImmediate);
  clock.ms += 1_000;
  const late = cache.holderOf(HASH);
  ring.failures[2]?.(new Error('away'));
  await expect(late).rejects.toThrow('away');
});

it('gives nobody who comes after a change what was asked before it', async () => {
  const { ring, cache } = arrange();
  const before = cache.holderOf(HASH);
  cache.forget();
  const after = cache.holderOf(HASH);
  expect(ring.questions).toHaveLength(2);
  ring.questions[1]?.({ ...KEY, holder: 'store' });
  expect(await after).toBe('store');
  ring.questions[0]?.(KEY);
  expect(await before).toBe('shop');
  expect(await cache.holderOf(HASH)).toBe('store');
});

it('notes a use once a minute, also where the note is not read back yet', async () => {
  const { ring, clock, cache, known } = arrange();
  await known();
  clock.ms += 3_000;
  const again = cache.holderOf(HASH);
  ring.questions[1]?.(KEY);
  await again;
  expect(ring.touched).toEqual(['1']);
  clock.ms += 60_000;
  const later = cache.holderOf(HASH);
  ring.questions[2]?.(KEY);
  await later;
  expect(ring.touched).toEqual(['1', '1']);
});
