import { useTestDatabase } from '../../../test/support/database';

const { database } = useTestDatabase();

test('the entities say what the migrations made', async () => {
  const { upQueries } = await database.dataSource.driver.createSchemaBuilder().log();
  // Tables and indexes alike begin with the name of the domain.
  const changes = upQueries
    .map(({ query }) => query)
    .filter((query) => query.includes('"lifecycle_'));
  expect(changes).toEqual([]);
});
