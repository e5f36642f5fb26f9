import Ajv2020 from 'ajv/dist/2020';
import { deepFreeze } from '../../../shared/deep-freeze';
import type { LifecycleModel, LifecycleModelDocument } from './model';
import { excerptOf } from './model-excerpt';
import { faultsOfForm } from './model-form.rules';
import { lifecycleModelSchema } from './model-schema';
import { faultsOfSense } from './model-sense.rules';
import { InvalidLifecycleModel } from './models.errors';

/** Faults told of one document; whoever has more begins with these. */
const FAULTS_MAX = 50;

// Verbose errors say what else would have been allowed at the place.
const hasModelForm = new Ajv2020({
  allErrors: true,
  allowUnionTypes: true,
  verbose: true,
}).compile<LifecycleModelDocument>(lifecycleModelSchema);

export type ReadModel =
  | { readonly valid: true; readonly document: LifecycleModelDocument }
  /** Each with its place, e.g. `rules[2].when[0].fact: must be …`. */
  | { readonly valid: false; readonly faults: readonly string[] };

/**
 * Reads a document written by anybody: first its form, then whether it makes sense. Takes some
 * milliseconds, whatever is given, and at worst some tenths of a second; never throws.
 */
export function readModelDocument(given: unknown): ReadModel {
  const excerpt = excerptOf(given);
  if (!hasModelForm(excerpt)) {
    return { valid: false, faults: firstOf(faultsOfForm(hasModelForm.errors ?? [])) };
  }
  const faults = faultsOfSense(excerpt);
  if (faults.length > 0) return { valid: false, faults: firstOf(faults) };
  return { valid: true, document: deepFreeze(structuredClone(excerpt)) };
}

/**
 * The model, frozen.
 * @throws InvalidLifecycleModel naming every fault, where the document could leave a customer
 *   without a stage, or says what cannot be understood
 */
export function soundModel({ name, version, ...document }: LifecycleModel): LifecycleModel {
  const read = readModelDocument(document);
  const faults = [...faultsOfHead(name, version), ...(read.valid ? [] : read.faults)];
  if (!read.valid || faults.length > 0) {
    throw new InvalidLifecycleModel(isModelName(name) ? name : 'without a name', faults);
  }
  return Object.freeze({ name, version, ...read.document });
}

/** Model names are part of addresses and file names. */
export function isModelName(name: string): boolean {
  return typeof name === 'string' && /^[a-z][a-z0-9-]{0,63}$/.test(name);
}

function firstOf(faults: readonly string[]): readonly string[] {
  return faults.slice(0, FAULTS_MAX);
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
