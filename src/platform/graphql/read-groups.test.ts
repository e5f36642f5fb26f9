import { setImmediate as nextTurn } from 'node:timers/promises';
import { HeldClock } from '../../shared/held-clock';
import { Foresight } from '../database/foresight';
import type { OperationSlot } from '../database/operation';
import { OperationKits } from './operation-kits';
import { ReadGroups } from './read-groups';

// So that nothing is begun only because it has waited long enough.
beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

/** The places of the two functions of every kit. */
const [DOUBLE, SQUARE] = [0, 1];

/** A batch that is being loaded. */
interface Loading {
  readonly name: string;
  readonly keys: readonly unknown[];
  readonly now: Date;
  readonly slot: OperationSlot;
  readonly answer: () => void;
  readonly fail: (error: Error) => void;
}

/** Groups over a database that answers when it is told to. */
function newGroups() {
  const loadings: Loading[] = [];
  const sizes: number[] = [];
  let minute = 0;
  const ticking = { now: () => new Date(Date.UTC(2026, 10, 27, 12, minute++)) };
  const kits = new OperationKits((slot) => {
    const clock = new HeldClock(ticking);
    const loadBy = (name: string, of: (key: number) => number) => (keys: readonly unknown[]) =>
      new Promise<readonly unknown[]>((resolve, reject) => {
        const answer = () => resolve(keys.map((key) => of(key as number)));
        loadings.push({ name, keys, now: clock.now(), slot, answer, fail: reject });
      });
    return {
      resolvers: new Map(),
      loads: [loadBy('double', (key) => key * 2), loadBy('square', (key) => key * key)],
      gather: (work) => work(),
      follow: () => undefined,
      clock,
    };
  });
  const groups = new ReadGroups(kits, (queries) => sizes.push(queries));
  const foresight = new Foresight();
  const join = (of = foresight) => {
    const clock = new HeldClock(ticking);
    clock.hold();
    return { clock, member: groups.join(of, clock) };
  };
  const begin = (key: number, of = foresight) => {
    const joined = join(of);
    const value = joined.member.load(DOUBLE, [key]);
    value.catch(() => undefined);
    return { ...joined, value };
  };
  return { loadings, sizes, join, begin, kits };
}

/** As many groups under way as there may be before others wait. */
async function fill({ begin }: ReturnType<typeof newGroups>): Promise<void> {
  for (const key of [101, 102, 103]) {
    begin(key);
    await nextTurn();
  }
}

it('reads together for all that have come by the same turn, and for nobody later', async () => {
  const groups = newGroups();
  const values = [1, 2, 3].map((key) => groups.begin(key).value);
  await nextTurn();
  const late = groups.begin(4).value;
  await nextTurn();
  expect(groups.loadings.map(({ keys }) => keys)).toEqual([[1, 2, 3], [4]]);
  expect(groups.sizes).toEqual([3, 1]);
  for (const { answer } of groups.loadings) answer();
  expect(await Promise.all([...values, late])).toEqual([[2], [4], [6], [8]]);
});

it('keeps documents apart', async () => {
  const groups = newGroups();
  groups.begin(1);
  groups.begin(2, new Foresight());
  await nextTurn();
  expect(groups.loadings.map(({ keys }) => keys)).toEqual([[1], [2]]);
});

it('lets others wait while three are under way, until one of them is there', async () => {
  const groups = newGroups();
  await fill(groups);
  for (const key of [1, 2]) groups.begin(key);
  await nextTurn();
  expect(groups.loadings).toHaveLength(3);
  groups.loadings[0]?.answer();
  while (groups.loadings.length < 4) await nextTurn();
  expect(groups.loadings[3]?.keys).toEqual([1, 2]);
});

it('lets nobody wait for long', async () => {
  const groups = newGroups();
  await fill(groups);
  groups.begin(1);
  await nextTurn();
  jest.advanceTimersByTime(4);
  expect(groups.loadings).toHaveLength(3);
  jest.advanceTimersByTime(1);
  expect(groups.loadings[3]?.keys).toEqual([1]);
});

it('waits for no more where enough have come', async () => {
  const groups = newGroups();
  await fill(groups);
  for (let key = 1; key <= 8; key += 1) groups.begin(key);
  // At the next tick, and not at the next turn.
  await new Promise(process.nextTick);
  expect(groups.loadings[3]?.keys).toHaveLength(8);
});

it('does not begin one too many because others were called for and have begun', async () => {
  const groups = newGroups();
  for (const key of [101, 102]) {
    groups.begin(key);
    await nextTurn();
  }
  for (let key = 1; key <= 8; key += 1) groups.begin(key);
  await new Promise(process.nextTick);
  expect(groups.loadings).toHaveLength(3);
  groups.begin(9);
  await nextTurn();
  await nextTurn();
  expect(groups.loadings).toHaveLength(3);
});

it('goes on to read together what is wanted later', async () => {
  const groups = newGroups();
  const begun = [1, 2].map((key) => groups.begin(key));
  await nextTurn();
  groups.loadings[0]?.answer();
  const later = begun.map(async ({ member, value }) => {
    const [doubled] = await value;
    return member.load(SQUARE, [doubled]);
  });
  while (groups.loadings.length < 2) await nextTurn();
  expect(groups.loadings[1]).toMatchObject({ name: 'square', keys: [2, 4] });
  groups.loadings[1]?.answer();
  expect(await Promise.all(later)).toEqual([[4], [16]]);
});

it('counts what is wanted of one function when it asks whether that is enough', async () => {
  const groups = newGroups();
  await fill(groups);
  for (let key = 1; key <= 4; key += 1) {
    const { member } = groups.begin(key);
    member.load(SQUARE, [key]).catch(() => undefined);
  }
  await nextTurn();
  expect(groups.loadings).toHaveLength(3);
});

it('tells all of a group one instant, which none of them has come after', async () => {
  const groups = newGroups();
  const begun = [1, 2].map((key) => groups.begin(key));
  const arrived = groups.join();
  await nextTurn();
  const now = groups.loadings[0]?.now;
  expect([...begun, arrived].map(({ clock }) => clock.now())).toEqual([now, now, now]);
});

it('lets nobody join a group whose instant somebody was told while it waits', async () => {
  const groups = newGroups();
  await fill(groups);
  const early = groups.begin(1);
  const told = early.clock.now();
  groups.begin(2);
  await nextTurn();
  expect(groups.loadings).toHaveLength(4);
  expect(groups.loadings[3]).toMatchObject({ keys: [1], now: told });
  // With the one that could not wait there is one too many under way.
  for (const { answer } of groups.loadings.slice(0, 2)) answer();
  while (groups.loadings.length < 5) await nextTurn();
  expect(groups.loadings[4]?.keys).toEqual([2]);
  expect(groups.loadings[4]?.now.getTime()).toBeGreaterThan(told.getTime());
});

describe('a query that leaves', () => {
  const reason = new Error('The caller hung up.');

  it('is not waited for, and the others are given theirs', async () => {
    const groups = newGroups();
    const [gone, staying] = [1, 2].map((key) => groups.begin(key));
    await nextTurn();
    gone?.member.leave(reason);
    await expect(gone?.value).rejects.toBe(reason);
    expect(groups.loadings[0]?.slot.operation?.givenUpFor).toBeNull();
    groups.loadings[0]?.answer();
    expect(await staying?.value).toEqual([4]);
    await expect(gone?.member.load(DOUBLE, [1])).rejects.toBe(reason);
  });

  it('as the last has what is under way given up', async () => {
    const groups = newGroups();
    const begun = [1, 2].map((key) => groups.begin(key));
    await nextTurn();
    const { slot } = groups.loadings[0] as Loading;
    // As a database does it, of which something is under way until it answers.
    const work = slot.operation?.perform(
      { connect: () => new Promise(() => undefined), release: async () => undefined },
      async () => undefined,
    );
    for (const { member } of begun) member.leave(reason);
    await expect(work).rejects.toBe(reason);
    expect(slot.operation?.givenUpFor).toBe(reason);
  });

  it('before anything was read costs nothing, nor is joined any more', async () => {
    const groups = newGroups();
    groups.begin(1).member.leave(reason);
    groups.begin(2);
    groups.begin(3, new Foresight());
    await nextTurn();
    expect(groups.loadings.map(({ keys }) => keys)).toEqual([[2], [3]]);
    expect(groups.loadings[0]?.slot).not.toBe(groups.loadings[1]?.slot);
    expect(groups.sizes).toEqual([1, 1]);
  });

  it('leaves its kit to nobody where something failed, which may go on in parts', async () => {
    const groups = newGroups();
    const { member, value } = groups.begin(1);
    await nextTurn();
    groups.loadings[0]?.fail(new Error('One of two statements failed.'));
    await expect(value).rejects.toThrow('One of two');
    await nextTurn();
    member.leave(reason);
    groups.begin(2);
    await nextTurn();
    expect(groups.loadings[1]?.slot).not.toBe(groups.loadings[0]?.slot);
    expect(groups.loadings[0]?.slot.operation?.givenUpFor).toBe(reason);
  });

  it('gives its kit back once, however often it leaves', async () => {
    const groups = newGroups();
    const { member, value } = groups.begin(1);
    await nextTurn();
    groups.loadings[0]?.answer();
    await value;
    member.leave(reason);
    member.leave(reason);
    for (const key of [2, 3]) {
      groups.begin(key, new Foresight());
    }
    await nextTurn();
    const [, two, three] = groups.loadings.map(({ slot }) => slot);
    expect(two).not.toBe(three);
  });
});

it('does not let one fail the others, nor asks again of a database that is away', async () => {
  const groups = newGroups();
  const values = [1, 2].map((key) => groups.begin(key).value);
  await nextTurn();
  groups.loadings[0]?.fail(new Error('One of them is broken.'));
  while (groups.loadings.length < 3) await nextTurn();
  groups.loadings[1]?.answer();
  const away = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
  groups.loadings[2]?.fail(away);
  expect(await values[0]).toEqual([2]);
  await expect(values[1]).rejects.toBe(away);

  const others = [3, 4].map((key) => groups.begin(key).value);
  await nextTurn();
  groups.loadings[3]?.fail(away);
  await expect(Promise.all(others)).rejects.toBe(away);
  expect(groups.loadings).toHaveLength(4);
});
