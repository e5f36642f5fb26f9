export type { EmbeddedPostgres } from './embedded-postgres';
export { openEmbeddedPostgres } from './embedded-postgres';
export { EmbeddedPostgresError } from './errors';
