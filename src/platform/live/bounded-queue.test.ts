import { BoundedQueue } from './bounded-queue';

let closed = 0;

beforeEach(() => {
  closed = 0;
});

const newQueue = (max = 2) =>
  new BoundedQueue<number>(max, () => {
    closed += 1;
  });

test('gives what was put in, in order, to who waited and who came later', async () => {
  const queue = newQueue();
  const waiting = queue.next();
  queue.put(1);
  queue.put(2);
  queue.put(3);
  expect(await waiting).toEqual({ value: 1, done: false });
  expect(await queue.next()).toEqual({ value: 2, done: false });
  expect(await queue.next()).toEqual({ value: 3, done: false });
});

test('where too much waits all of it goes, and who comes is told so, once', async () => {
  const queue = newQueue();
  for (const value of [1, 2, 3, 4]) queue.put(value);
  expect([queue.isEmpty, queue.isEnded, closed]).toEqual([true, true, 1]);
  await expect(queue.next()).rejects.toMatchObject({ code: 'SUBSCRIPTION_OVERFLOWED' });
  expect(await queue.next()).toEqual({ value: undefined, done: true });
});

test('one who waits is told of a failure at once', async () => {
  const queue = newQueue();
  const waiting = queue.next();
  queue.fail(new Error('It is over.'));
  await expect(waiting).rejects.toThrow('It is over.');
  expect(await queue.next()).toEqual({ value: undefined, done: true });
});

test('is over for who waits when it is ended', async () => {
  const queue = newQueue();
  const waiting = queue.next();
  await queue.return();
  await queue.return();
  queue.put(1);
  expect([await waiting, await queue.next(), closed]).toEqual([
    { value: undefined, done: true },
    { value: undefined, done: true },
    1,
  ]);
});
