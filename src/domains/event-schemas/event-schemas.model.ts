import type { JsonObject } from '../../shared/json';

/** What becomes of an event that is not as its schema says. Names are part of the API for ever. */
export type SchemaEnforcement = 'ALLOW' | 'OMIT' | 'QUARANTINE';

/** Any number of versions of a name are registered; at most one of them is active. */
export type EventSchemaStatus = 'REGISTERED' | 'ACTIVE' | 'RETIRED';

/** One version of what the events of a name look like. The schema of a version never changes. */
export interface EventSchemaRow {
  readonly name: string;
  readonly version: number;
  readonly schema: JsonObject;
  readonly enforcement: SchemaEnforcement;
  readonly isActive: boolean;
  readonly registeredAt: Date;
  readonly registeredBy: string;
  readonly activatedAt: Date | null;
  readonly activatedBy: string | null;
  readonly retiredAt: Date | null;
  readonly retiredBy: string | null;
}

/** Why a schema, or what was asked of one, is refused. Names are part of the API for ever. */
export type EventSchemaFault =
  | 'INVALID_NAME'
  | 'INVALID_VERSION'
  | 'VERSION_TAKEN'
  | 'RETIRED'
  | 'TOO_MANY_SCHEMAS'
  | SchemaFault;

/** What is wrong with a schema by itself. */
export type SchemaFault =
  | 'TOO_LARGE'
  | 'TOO_DEEP'
  | 'MALFORMED_TEXT'
  | 'NOT_A_SCHEMA'
  | 'UNKNOWN_DIALECT'
  | 'UNKNOWN_KEYWORD'
  | 'UNKNOWN_FORMAT'
  | 'REMOTE_REFERENCE'
  | 'UNKNOWN_REFERENCE'
  | 'RECURSIVE_REFERENCE'
  | 'UNSUPPORTED_PATTERN'
  | 'COSTLY_PATTERN'
  | 'COSTLY_KEYWORD'
  | 'TOO_COMPLEX';

/** Decided before anything is written. */
export interface EventSchemaRefusal<Fault extends EventSchemaFault = EventSchemaFault> {
  readonly fault: Fault;
  /** One sentence for a person. */
  readonly message: string;
  /** Where in the schema, as a JSON pointer; null where it is not about a place. */
  readonly place: string | null;
}
