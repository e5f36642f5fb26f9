import { getMetadataStorage, type ValidationError, validate } from 'class-validator';
import type { ResolverData } from 'type-graphql';
import { InvalidInput } from '../../shared/errors';

/** More than this many faulty fields are counted, not listed. */
const LISTED_FIELDS_MAX = 20;

interface FieldFault {
  /** From the argument down, e.g. `input.scopes` or `events[3].name`. */
  readonly path: string;
  readonly message: string;
}

/**
 * Checks an argument against the class-validator decorators of its input type.
 * @throws InvalidInput naming every faulty field
 */
export async function validateInput(
  value: unknown,
  _type: unknown,
  resolverData: ResolverData,
): Promise<void> {
  if (typeof value !== 'object' || value === null) return;
  const root = nameOfArgument(resolverData.args);
  const items = Array.isArray(value) ? value : [value];
  const faults: FieldFault[] = [];
  for (const [index, item] of items.entries()) {
    if (typeof item !== 'object' || item === null || !hasRules(item.constructor)) continue;
    const errors = await validate(item, {
      // A nullable field that was left out is not faulty.
      skipMissingProperties: true,
      forbidUnknownValues: false,
    });
    const path = Array.isArray(value) ? `${root}[${index}]` : root;
    for (const error of errors) collectFaults(error, path, faults);
  }
  if (faults.length > 0) throw invalidFields(faults);
}

/** Whether a class of inputs or arguments has rules of class-validator. Most have none at all. */
// biome-ignore lint/complexity/noBannedTypes: class-validator knows classes as functions only.
export function hasRules(type: Function): boolean {
  return getMetadataStorage().getTargetValidationMetadatas(type, '', false, false).length > 0;
}

/**
 * type-graphql does not say which argument it is validating. Nearly every field takes one that is
 * an object; among several the path starts below the argument.
 */
function nameOfArgument(args: ResolverData['args']): string {
  const names = Object.keys(args).filter((name) => typeof args[name] === 'object' && args[name]);
  return names.length === 1 ? (names[0] ?? '') : '';
}

function collectFaults(error: ValidationError, parent: string, faults: FieldFault[]): void {
  const isIndex = /^\d+$/.test(error.property);
  const path = isIndex ? `${parent}[${error.property}]` : joined(parent, error.property);
  for (const message of Object.values(error.constraints ?? {})) faults.push({ path, message });
  for (const child of error.children ?? []) collectFaults(child, path, faults);
}

function joined(parent: string, property: string): string {
  return parent === '' ? property : `${parent}.${property}`;
}

function invalidFields(faults: readonly FieldFault[]): InvalidInput {
  const [first] = faults;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  return new InvalidInput(`${first?.path}: ${first?.message}${more}.`, {
    fields: faults.slice(0, LISTED_FIELDS_MAX),
  });
}
