import { useTwoProcesses } from '../../../test/support/live';
import { newUuid } from '../../shared/uuid';

const { reader, writer } = useTwoProcesses();

/** Whether whoever waits for the topic is told of these ids, or interrupted. */
function heard(topic: string): Promise<readonly string[] | 'INTERRUPTED'> {
  return new Promise((resolve) => {
    reader.live.feed.watch(topic, null, {
      told: (ids) => resolve(ids),
      interrupted: () => resolve('INTERRUPTED'),
    });
  });
}

const commit = (topic: string, ids: readonly string[]) =>
  writer.database.transaction(async (tx) => tx.note(topic, ids));

test('who has just read that nobody listens tells all the same what is committed after', async () => {
  await writer.live.appear();
  let isWriting = true;
  const writing = (async () => {
    while (isWriting) await commit('profile.changed', [newUuid()]);
  })();
  // Takes longer than to read so.
  await reader.live.appear();
  await reader.live.feed.attend();
  const ids = [newUuid()];
  const told = heard('test.done');
  await commit('test.done', ids);
  isWriting = false;
  await writing;
  expect(await told).toEqual(ids);
});

test('what cannot be told one by one is told to be unknown', async () => {
  await reader.live.feed.attend();
  const told = heard('test.done');
  const ids = Array.from({ length: 60_000 }, () => newUuid());
  await commit('profile.changed', ids);
  expect(await told).toBe('INTERRUPTED');
});
