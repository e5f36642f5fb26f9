import { createDataSource } from '../../src/platform/database/data-source';
import { Database } from '../../src/platform/database/database';
import { Live } from '../../src/platform/live/live';
import { createLogger } from '../../src/platform/telemetry/logger';
import { uuidSource } from '../../src/shared/ids';
import { useTestDatabase } from './database';

/** Two processes at one database, as far as changes go. Call at the top level. */
export function useTwoProcesses() {
  const testDatabase = useTestDatabase();
  const logger = createLogger({ level: 'silent' });
  const newProcess = () => {
    const settings = { url: testDatabase.url, poolSizeMax: 2, statementTimeoutMs: 20_000 };
    const database = new Database(createDataSource(settings));
    return { database, live: new Live(database, uuidSource, logger) };
  };
  const processes = [newProcess(), newProcess()] as const;
  beforeAll(async () => {
    for (const { database, live } of processes) {
      await database.dataSource.initialize();
      live.start();
    }
  });
  afterAll(async () => {
    for (const { database, live } of processes) {
      await live.stop();
      await database.dataSource.destroy();
    }
  });
  const [reader, writer] = processes;
  return { reader, writer };
}
