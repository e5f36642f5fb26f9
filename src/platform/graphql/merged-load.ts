import type { BatchLoad } from './context';

/** Keys whose values somebody waits for. */
export interface Wish {
  readonly keys: readonly unknown[];
  /** Given the values in the order of the keys. */
  readonly resolve: (values: readonly unknown[]) => void;
  readonly reject: (error: unknown) => void;
}

/** A batch function of whatever keys and values. */
export type AnyLoad = BatchLoad<unknown, unknown>;

/**
 * Loads what all of them wish for at once, each key once. Does not fail: they are told.
 * @param mayBeOfOne whether what failed for all may be due to one of them. Each is then loaded by
 *   itself, so that nobody fails by what another asked for.
 */
export async function loadMerged(
  load: AnyLoad,
  wishes: readonly Wish[],
  mayBeOfOne: (error: unknown) => boolean,
): Promise<void> {
  if (wishes.length === 1) {
    await loadEach(load, wishes);
    return;
  }
  try {
    const { keys, places } = merge(wishes);
    const values = await load(keys);
    wishes.forEach(({ resolve }, index) => {
      resolve(places[index]?.map((place) => values[place]) ?? []);
    });
  } catch (error) {
    if (mayBeOfOne(error)) await loadEach(load, wishes);
    else for (const { reject } of wishes) reject(error);
  }
}

async function loadEach(load: AnyLoad, wishes: readonly Wish[]): Promise<void> {
  const loadOne = async ({ keys, resolve, reject }: Wish): Promise<void> => {
    try {
      resolve(await load(keys));
    } catch (error) {
      reject(error);
    }
  };
  await Promise.all(wishes.map(loadOne));
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
