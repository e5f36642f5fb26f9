import Ajv2020, { type ErrorObject } from 'ajv/dist/2020';
import { deepFreeze } from '../../shared/deep-freeze';
import { InvalidLifecycleModel } from './lifecycle.errors';
import type { LifecycleModel, LifecycleModelDocument } from './lifecycle.model';
import { lifecycleModelSchema } from './lifecycle.model-schema';
import { faultsOfSense } from './lifecycle.model-sense.rules';

/** Faults told of one document; whoever has more begins with these. */
const FAULTS_MAX = 50;

const hasModelForm = new Ajv2020({
  allErrors: true,
  allowUnionTypes: true,
}).compile<LifecycleModelDocument>(lifecycleModelSchema);

export type ReadModel =
  | { readonly valid: true; readonly document: LifecycleModelDocument }
  /** Each with its place, e.g. `rules[2].when[0].fact: must be …`. */
  | { readonly valid: false; readonly faults: readonly string[] };

/** Reads a document written by anybody: first its form, then whether it makes sense. */
export function readModelDocument(given: unknown): ReadModel {
  if (!hasModelForm(given)) {
    return { valid: false, faults: faultsOfForm(hasModelForm.errors ?? []).slice(0, FAULTS_MAX) };
  }
  const faults = faultsOfSense(given).slice(0, FAULTS_MAX);
  if (faults.length > 0) return { valid: false, faults };
  return { valid: true, document: deepFreeze(structuredClone(given)) };
}

/**
 * The model, frozen.
 * @throws InvalidLifecycleModel naming every fault, where the document could leave a customer
 *   without a stage, or says what cannot be understood
 */
export function soundModel({ name, version, ...document }: LifecycleModel): LifecycleModel {
  const read = readModelDocument(document);
  const faults = [...faultsOfHead(name, version), ...(read.valid ? [] : read.faults)];
  if (!read.valid || faults.length > 0) throw new InvalidLifecycleModel(name, faults);
  return Object.freeze({ name, version, ...read.document });
}

/** Model names are part of addresses and file names. */
export function isModelName(name: string): boolean {
  return /^[a-z][a-z0-9-]{0,63}$/.test(name);
}

function faultsOfHead(name: string, version: number): string[] {
  const faults: string[] = [];
  if (!isModelName(name)) {
    faults.push('name: must be lower-case letters, digits and hyphens, 64 at most');
  }
  if (!Number.isSafeInteger(version) || version < 1) {
    faults.push('version: must be a whole number from 1');
  }
  return faults;
}

function faultsOfForm(errors: readonly ErrorObject[]): string[] {
  // Of a choice it is enough to say that none of it fits.
  const told = errors.filter(({ schemaPath }) => !/\/anyOf\/\d+\//.test(schemaPath));
  return [...new Set(told.map(faultOf))];
}

function faultOf({ instancePath, keyword, params, message }: ErrorObject): string {
  const place = placeOf(instancePath);
  switch (keyword) {
    case 'anyOf':
      return `${place}: must be a number, or ownCadences, populationCadences or quantile`;
    case 'additionalProperties':
      return `${place}: ${JSON.stringify(params['additionalProperty']).slice(0, 80)} is not known`;
    case 'enum': {
      const allowed = (params['allowedValues'] as readonly unknown[]).join(', ');
      return `${place}: must be one of ${allowed}`;
    }
    default:
      return `${place}: ${message}`;
  }
}

/** `/rules/0/when` as `rules[0].when`. */
function placeOf(pointer: string): string {
  const place = pointer
    .replace(/\/(\d+)/g, '[$1]')
    .replace(/\//g, '.')
    .replace(/^\./, '');
  return place === '' ? 'the model' : place;
}
