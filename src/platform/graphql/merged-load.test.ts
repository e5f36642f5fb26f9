import { loadMerged } from './merged-load';

/** A batch function that keeps the keys it was asked for, and fails for those that say so. */
function recorder() {
  const asked: (readonly unknown[])[] = [];
  const load = async (keys: readonly unknown[]) => {
    asked.push(keys);
    if (keys.includes('broken')) throw new Error('Something of these is broken.');
    return keys.map((key) => ({ of: key }));
  };
  return { asked, load };
}

/** Loads what each of several wishes for, and tells what became of it. */
async function loadFor(
  load: (keys: readonly unknown[]) => Promise<readonly unknown[]>,
  wished: readonly (readonly unknown[])[],
  mayBeOfOne = true,
) {
  const outcomes: Promise<readonly unknown[]>[] = [];
  const wishes = wished.map((keys) => {
    let settle: Pick<Parameters<typeof loadMerged>[1][number], 'resolve' | 'reject'> | undefined;
    outcomes.push(
      new Promise((resolve, reject) => {
        settle = { resolve, reject };
      }),
    );
    return { keys, resolve: () => undefined, reject: () => undefined, ...settle };
  });
  await loadMerged(load, wishes, { mayBeOfOne: () => mayBeOfOne, gather: (work) => work() });
  return Promise.all(
    outcomes.map((outcome) => outcome.catch((error: Error) => `failed: ${error.message}`)),
  );
}

it('asks once for all, and gives each theirs in their own order', async () => {
  const { asked, load } = recorder();
  const outcomes = await loadFor(load, [['a', 'b'], ['c'], ['b', 'd', 'a']]);
  expect(asked).toEqual([['a', 'b', 'c', 'd']]);
  expect(outcomes).toEqual([
    [{ of: 'a' }, { of: 'b' }],
    [{ of: 'c' }],
    [{ of: 'b' }, { of: 'd' }, { of: 'a' }],
  ]);
});

it('takes records for the same key where they say the same, and for no other', async () => {
  const { asked, load } = recorder();
  const page = (limit: number, at: string) => ({ id: 'a', page: { limit, after: new Date(at) } });
  const noon = '2026-11-27T12:00:00Z';
  const outcomes = await loadFor(load, [
    [page(5, noon)],
    [page(5, noon)],
    [page(6, noon)],
    [page(5, '2026-11-27T12:00:00.001Z')],
  ]);
  expect(asked).toHaveLength(1);
  expect(asked[0]).toHaveLength(3);
  expect(outcomes).toEqual([
    [{ of: page(5, noon) }],
    [{ of: page(5, noon) }],
    [{ of: page(6, noon) }],
    [{ of: page(5, '2026-11-27T12:00:00.001Z') }],
  ]);
});

it('does not let one fail the others', async () => {
  const { asked, load } = recorder();
  const broken = 'failed: Something of these is broken.';
  expect(await loadFor(load, [['a'], ['broken'], ['b']])).toEqual([
    [{ of: 'a' }],
    broken,
    [{ of: 'b' }],
  ]);
  expect(asked).toEqual([['a', 'broken', 'b'], ['a'], ['broken'], ['b']]);
});

it('does not ask again where all have failed', async () => {
  const { asked, load } = recorder();
  const outcomes = await loadFor(load, [['a'], ['broken']], false);
  expect(new Set(outcomes)).toEqual(new Set(['failed: Something of these is broken.']));
  expect(asked).toHaveLength(1);
});

it('takes fewer values than keys for nobody’s', async () => {
  const load = async (keys: readonly unknown[]) => (keys.length > 1 ? [1] : [0]);
  expect(await loadFor(load, [['a'], ['b']])).toEqual([[0], [0]]);
  expect(await loadFor(load, [['a'], ['b']], false)).toEqual([
    'failed: There must be a value for each key.',
    'failed: There must be a value for each key.',
  ]);
});

it('loads keys that it cannot tell apart for each by itself', async () => {
  const { asked, load } = recorder();
  await loadFor(load, [[1n], [1n]]);
  expect(asked).toEqual([[1n], [1n]]);
});
