import { Client } from './client';

/** For programs: the server and the key are where no one commits them. */
export function clientFromEnvironment(): Client {
  return new Client({ url: read('PERENNIAL_URL'), token: () => read('PERENNIAL_KEY') });
}

function read(variable: string): string {
  const value = process.env[variable];
  if (value === undefined || value === '') throw new Error(`Set ${variable}.`);
  return value;
}
