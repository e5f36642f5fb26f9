import { useTestDatabase } from '../../../test/support/database';

const { database } = useTestDatabase();

test('the entities say what the migrations made', async () => {
  const { upQueries } = await database.dataSource.driver.createSchemaBuilder().log();
  const changes = upQueries
    .map(({ query }) => query)
    .filter((query) => /"customer_value|"value_calibration/.test(query));
  expect(changes).toEqual([]);
});
