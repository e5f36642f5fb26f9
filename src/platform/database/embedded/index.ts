export type { EmbeddedPostgres, EmbeddedPostgresOptions } from './embedded-postgres';
export { openEmbeddedPostgres } from './embedded-postgres';
export type { EmbeddedPostgresErrorCode } from './errors';
export { EmbeddedPostgresError } from './errors';
