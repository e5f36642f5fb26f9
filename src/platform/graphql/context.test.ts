import { RequestContext } from './context';

function newContext(): RequestContext {
  return new RequestContext('request', {
    kind: 'KEY',
    name: 'test',
    scopes: new Set(),
  });
}

describe('loading', () => {
  it('asks once for all keys wanted at the same moment, and for each key once', async () => {
    const asked: (readonly number[])[] = [];
    const double = async (keys: readonly number[]) => {
      asked.push(keys);
      return keys.map((key) => key * 2);
    };
    const context = newContext();
    expect(await Promise.all([1, 2, 1].map((key) => context.load(double, key)))).toEqual([2, 4, 2]);
    expect(await context.load(double, 2)).toBe(4);
    expect(asked).toEqual([[1, 2]]);
  });

  it('keeps functions and requests apart', async () => {
    const times = (factor: number) => async (keys: readonly number[]) =>
      keys.map((key) => key * factor);
    const [double, triple] = [times(2), times(3)];
    const context = newContext();
    expect(await Promise.all([context.load(double, 1), context.load(triple, 1)])).toEqual([2, 3]);
    let loads = 0;
    const count = async (keys: readonly number[]) => {
      loads += 1;
      return keys;
    };
    await newContext().load(count, 1);
    await newContext().load(count, 1);
    expect(loads).toBe(2);
  });

  it('asks for at most 500 keys at a time', async () => {
    const sizes: number[] = [];
    const echo = async (keys: readonly number[]) => {
      sizes.push(keys.length);
      return keys;
    };
    const context = newContext();
    await Promise.all(Array.from({ length: 501 }, (_, key) => context.load(echo, key)));
    expect(sizes).toEqual([500, 1]);
  });

  it('asks again after a mutation', async () => {
    let balance = 1;
    const read = async (keys: readonly number[]) => keys.map(() => balance);
    const context = newContext();
    expect(await context.load(read, 1)).toBe(1);
    balance = 2;
    expect(await context.load(read, 1)).toBe(1);
    context.clearLoaded();
    expect(await context.load(read, 1)).toBe(2);
  });
});
