import type { EmbeddedPostgres } from '../../src/platform/database/embedded';

/** The server of this run, handed from the global setup to the global teardown. */
export const testServer: {
  started?: { readonly server: EmbeddedPostgres; readonly dataFolder: string };
} = {};
