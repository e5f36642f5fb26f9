import { InvalidArgumentError } from 'commander';
import type { Grantor } from '../platform/auth/grantor';
import { type Scope, scopeNames } from '../platform/auth/scopes';

/** Whoever can run this on the machine holds the database anyway: all scopes are theirs to give. */
export const commandLine: Grantor = { actor: 'cli', scopes: new Set(scopeNames) };

/** Reads a comma-separated list of some scopes, or "all" of them. */
export function scopesParser(known: readonly Scope[]): (list: string) => readonly Scope[] {
  return (list) => {
    if (list === 'all') return known;
    return list.split(',').map((text) => {
      const scope = known.find((name) => name === text.trim());
      if (scope === undefined) {
        throw new InvalidArgumentError(`"${text}" is no scope. Scopes: ${known.join(', ')}.`);
      }
      return scope;
    });
  };
}
