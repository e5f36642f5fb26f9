import Ajv2020, { type ErrorObject, type Options } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { JsonObject } from '../../shared/json';
import type { EventSchemaRefusal, SchemaFault } from './event-schemas.model';
import { readPattern } from './event-schemas.pattern.rules';
import { Shape } from './event-schemas.shape.rules';
import { findSchemaFault } from './event-schemas.soundness.rules';
import { FORMATS, pointerStep } from './event-schemas.vocabulary.rules';

/** What is wrong with the properties of an event, without any of their values. */
export interface Fault {
  /** Where exactly, as a JSON pointer. */
  readonly place: string;
  /** The keyword of the schema that is not met. */
  readonly rule: string;
}

/** A schema that is ready to judge events. */
export interface CompiledSchema {
  /** As plain JSON, which is what is stored. */
  readonly document: JsonObject;
  readonly shape: Shape;
  /** Each place and rule once; none where the properties are as the schema says. */
  findFaults(properties: JsonObject): readonly Fault[];
}

/** Faults told of one event; more of them say nothing new. */
export const FAULTS_MAX = 20;

const ajvOptions: Options = {
  strictSchema: true,
  strictTypes: false,
  strictTuples: false,
  strictRequired: false,
  // All that is wrong at once, so that a sender does not mend one thing after the other.
  allErrors: true,
  messages: false,
  // What every object of JavaScript has, e.g. `constructor`, was not sent.
  ownProperties: true,
  // A schema that others refer to would be written out as often, and the code grow with it.
  inlineRefs: false,
  unicodeRegExp: true,
  logger: false,
  // Optimising takes several times as long as compiling and makes the code no faster to speak of.
  code: {
    optimize: false,
    regExp: Object.assign((source: string) => readPattern(source), { code: 'readPattern' }),
  },
};

/** Knows the form of every keyword's value. It keeps nothing of what it looks at. */
const metaSchema = new Ajv2020({ logger: false, validateFormats: false });

/**
 * Makes a schema ready, or says why it cannot be taken.
 * @param given any object of JSON values, of any depth
 */
export function compileSchema(given: JsonObject): CompiledSchema | EventSchemaRefusal<SchemaFault> {
  const fault = findSchemaFault(given);
  if (fault !== null) return fault;
  // What JSON cannot say, like a number beyond all bounds, must not be judged by and then not stored.
  const document = JSON.parse(JSON.stringify(given)) as JsonObject;
  const formFault = findFormFault(document);
  if (formFault !== null) return formFault;
  // One for each schema: what it keeps of a schema goes with it.
  const ajv = new Ajv2020({ ...ajvOptions, meta: false, validateSchema: false });
  addFormats(ajv, { mode: 'full', formats: [...FORMATS], keywords: false });
  try {
    const validate = ajv.compile<unknown>(document);
    return {
      document,
      shape: new Shape(document, [document]),
      findFaults: (properties) => (validate(properties) ? [] : toFaults(validate.errors ?? [])),
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : 'The schema cannot be used.';
    return { fault: 'NOT_A_SCHEMA', message, place: null };
  }
}

export function isCompiled(
  compiled: CompiledSchema | EventSchemaRefusal<SchemaFault>,
): compiled is CompiledSchema {
  return 'shape' in compiled;
}

function findFormFault(document: JsonObject): EventSchemaRefusal<SchemaFault> | null {
  if (metaSchema.validateSchema(document) === true) return null;
  const [first] = metaSchema.errors ?? [];
  const message = `A keyword has a value that is not of its form: it ${first?.message}.`;
  return { fault: 'NOT_A_SCHEMA', message, place: first?.instancePath ?? null };
}

function toFaults(errors: readonly ErrorObject[]): readonly Fault[] {
  const faults = new Map<string, Fault>();
  for (const error of errors) {
    const place = placeOf(error);
    const rule = error.keyword;
    faults.set(`${rule} ${place}`, { place, rule });
    if (faults.size === FAULTS_MAX) break;
  }
  return [...faults.values()];
}

/** Of what is missing or too much, the place where it should or should not be. */
function placeOf({ instancePath, params }: ErrorObject): string {
  const name: unknown =
    params['missingProperty'] ??
    params['additionalProperty'] ??
    params['unevaluatedProperty'] ??
    params['propertyName'];
  return typeof name === 'string' ? `${instancePath}/${pointerStep(name)}` : instancePath;
}
