import { RULES_MAX } from './model';

/** A condition's threshold is the deepest: document, rules, rule, conditions, condition. */
const LEVELS_MAX = 6;

/** One more than any list or object of a model has, so that too many is still seen. */
const MEMBERS_MAX = RULES_MAX + 1;

/** Twice as many as the largest model has. */
const VALUES_MAX = 50_000;

/**
 * As much of a value as it takes to tell whether it is a model: what is deeper, wider or more than
 * any model is cut off, and what is cut off fits no model. So whatever is given, however large and
 * even if it contains itself, little is looked at. What has no value is left out, as JSON does.
 */
export function excerptOf(given: unknown): unknown {
  let left = VALUES_MAX;

  function take(value: unknown, levels: number): unknown {
    left -= 1;
    if (typeof value !== 'object' || value === null) return value;
    if (levels === 0 || left < 0) return null;
    if (Array.isArray(value)) {
      return value.slice(0, MEMBERS_MAX).map((member) => take(member, levels - 1));
    }
    // Without a prototype, so that a member of the name `__proto__` is one like any other.
    const taken: Record<string, unknown> = Object.create(null);
    let members = 0;
    for (const name in value) {
      if (members === MEMBERS_MAX) break;
      const member = (value as Readonly<Record<string, unknown>>)[name];
      if (!Object.hasOwn(value, name) || member === undefined) continue;
      taken[name] = take(member, levels - 1);
      members += 1;
    }
    return taken;
  }

  return take(given, LEVELS_MAX);
}
