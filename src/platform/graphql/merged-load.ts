import type { BatchLoad, Gather } from './context';

/** Keys whose values somebody waits for. */
export interface Wish {
  readonly keys: readonly unknown[];
  /** Given the values in the order of the keys. */
  readonly resolve: (values: readonly unknown[]) => void;
  readonly reject: (error: unknown) => void;
}

/** A batch function of whatever keys and values. */
export type AnyLoad = BatchLoad<unknown, unknown>;

/** What is done where not all goes well. */
export interface Apart {
  /** Whether what failed for all may be due to one of them. */
  readonly mayBeOfOne: (error: unknown) => boolean;
  readonly gather: Gather;
}

/**
 * Loads what all of them wish for at once, each key once. Where that fails and may be due to one of
 * them each is loaded by itself, so that nobody fails by what another asked for. Does not fail: they
 * are told.
 * @returns whether nothing failed
 */
export async function loadMerged(
  load: AnyLoad,
  wishes: readonly Wish[],
  { mayBeOfOne, gather }: Apart,
): Promise<boolean> {
  const [first] = wishes;
  if (first !== undefined && wishes.length === 1) return loadOne(load, first);
  try {
    const { keys, places } = merge(wishes);
    const values = await load(keys);
    if (values.length !== keys.length) throw new Error('There must be a value for each key.');
    wishes.forEach(({ resolve }, index) => {
      resolve(places[index]?.map((place) => values[place]) ?? []);
    });
    return true;
  } catch (error) {
    const loads: Promise<boolean>[] = [];
    for (const wish of wishes) {
      if (mayBeOfOne(error)) gather(() => loads.push(loadOne(load, wish)));
      else wish.reject(error);
    }
    await Promise.all(loads);
    return false;
  }
}

async function loadOne(load: AnyLoad, { keys, resolve, reject }: Wish): Promise<boolean> {
  try {
    resolve(await load(keys));
    return true;
  } catch (error) {
    reject(error);
    return false;
  }
}

/** Every key once, in the order in which they are wished for first, and where those of each are. */
function merge(wishes: readonly Wish[]) {
  const keys: unknown[] = [];
  const known = new Map<string, number>();
  const places = wishes.map((wish) =>
    wish.keys.map((key) => {
      const text = textOf(key);
      const place = known.get(text) ?? keys.push(key) - 1;
      known.set(text, place);
      return place;
    }),
  );
  return { keys, places };
}

/** The same for keys that say the same: they are texts, or records of what JSON has. */
function textOf(key: unknown): string {
  return typeof key === 'string' ? key : JSON.stringify(key);
}
