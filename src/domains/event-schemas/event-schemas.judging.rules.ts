import type { JsonObject } from '../../shared/json';
import type { IncomingEvent, SchemaVerdict, SchemaViolation } from '../events';
import type { SchemaEnforcement } from './event-schemas.model';
import { pathOf, stripUnknown } from './event-schemas.shape.rules';
import { type CompiledSchema, FAULTS_MAX, type Fault } from './event-schemas.validation.rules';

/** A version of a name that events may be judged by. */
export interface SchemaInForce {
  readonly version: number;
  readonly enforcement: SchemaEnforcement;
  readonly compiled: CompiledSchema;
}

/** What there is for the events of one name. */
export interface SchemasOfName {
  /** For events that name no version. */
  readonly active: SchemaInForce | null;
  readonly versions: ReadonlyMap<number, SchemaInForce>;
}

/** The rule of a property that the schema does not know and that was left out for it. */
export const UNKNOWN_PROPERTY = 'unknownProperty';

/** The rule of an event that names a version nobody registered, or that was retired. */
export const UNKNOWN_VERSION = 'unknownVersion';

/** Faults named in the answer to the sender. */
const DETAILED_FAULTS_MAX = 3;

/** Characters of a path, and of a place. */
const PATH_LENGTH_MAX = 150;

/**
 * Judges an event by the version it names, or by the active one.
 * @returns null where there is nothing to say: it is as agreed, or nothing is agreed
 */
export function judgeEvent(event: IncomingEvent, schemas: SchemasOfName): SchemaVerdict | null {
  const { active, versions } = schemas;
  const named = event.schemaVersion;
  const schema = named === undefined ? active : versions.get(named);
  if (schema === undefined) return judgeUnknownVersion(event, active);
  return schema === null ? null : judgeProperties(event.properties ?? {}, schema);
}

/** Judges properties by one version. @returns null where they are as it says */
export function judgeProperties(
  properties: JsonObject,
  { version, enforcement, compiled }: SchemaInForce,
): SchemaVerdict | null {
  const { shape } = compiled;
  if (enforcement !== 'OMIT') {
    const faults = compiled.findFaults(properties);
    if (faults.length === 0) return null;
    const violations = faults.map((fault) => toViolation(fault, version, properties, compiled));
    const refusal = enforcement === 'ALLOW' ? null : toRefusal(faults, version);
    return { refusal, properties, violations };
  }
  const left = stripUnknown(properties, shape);
  const faults = compiled.findFaults(left.properties);
  if (faults.length === 0 && left.stripped.length === 0) return null;
  const unknown = left.stripped
    .slice(0, FAULTS_MAX)
    .map((place): Fault => ({ place, rule: UNKNOWN_PROPERTY }));
  const told = [...faults, ...unknown];
  return {
    refusal: faults.length === 0 ? null : toRefusal(faults, version),
    properties: left.properties,
    violations: told.map((fault) => toViolation(fault, version, properties, compiled)),
  };
}

/** Where nothing is active, nobody has said yet what should become of such an event. */
function judgeUnknownVersion(event: IncomingEvent, active: SchemaInForce | null): SchemaVerdict {
  const isTaken = active === null || active.enforcement === 'ALLOW';
  const detail = `There is no event schema ${event.schemaVersion} of this name, or no longer.`;
  return {
    refusal: isTaken ? null : detail,
    properties: event.properties ?? {},
    // Under the version it would have been judged by: senders could name any number of others.
    violations: [{ version: active?.version ?? 0, path: '', rule: UNKNOWN_VERSION, place: '' }],
  };
}

function toViolation(
  { place, rule }: Fault,
  version: number,
  properties: JsonObject,
  { shape }: CompiledSchema,
): SchemaViolation {
  const path = pathOf(place, properties, shape).slice(0, PATH_LENGTH_MAX);
  return { version, path, rule, place: place.slice(0, PATH_LENGTH_MAX) };
}

/** Names places and rules and no values: those may be personal data. */
function toRefusal(faults: readonly Fault[], version: number): string {
  const named = faults
    .slice(0, DETAILED_FAULTS_MAX)
    .map(({ place, rule }) => `${place.slice(0, PATH_LENGTH_MAX) || '/'}: ${rule}`)
    .join('; ');
  const more = faults.length - DETAILED_FAULTS_MAX;
  return `Not as event schema ${version} says: ${named}${more > 0 ? `; and ${more} more` : ''}.`;
}
