import { createTestApp } from '../../../test/support/app';
import { TestClock } from '../../../test/support/clock';
import { commandLineOf } from '../../../test/support/command-line';
import { useTestDatabase } from '../../../test/support/database';

const { database } = useTestDatabase();
const run = commandLineOf(createTestApp(database, new TestClock('2026-06-15T12:00:00Z')));

it('says so where there are no customers yet', async () => {
  expect(await run(['report', 'stages'])).toMatchObject({
    code: 0,
    stdout: 'There are no customers yet.\n',
  });
});
