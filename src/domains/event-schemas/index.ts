export { EventSchemaPreviews } from './event-schemas.preview';
export { EventSchemaReads } from './event-schemas.reads';
export { EventSchemaRegistry } from './event-schemas.registry';
export { EventSchemaResolver } from './event-schemas.resolver';
export { EventSchemaService } from './event-schemas.service';
export { EventSchemaViolationResolver } from './event-schemas.violations.resolver';
