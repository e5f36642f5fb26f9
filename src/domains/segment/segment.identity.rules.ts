import type { JsonObject, JsonValue } from '../../shared/json';
import { isObject, objectOf, textOf } from './segment.json.rules';
import type { CallType } from './segment.model';

export interface SentIdentifier {
  readonly namespace: string;
  readonly value: string;
}

/** More than any event may have: from there on nobody looks whether one was named before. */
const COMPARED_MAX = 100;

/** What the reading of identifiers depends on beside the item. */
export interface IdentifierKnowledge {
  /** Of the identity policy. */
  readonly namespaces: ReadonlySet<string>;
  /** Those of the ids that aliases refer to that are ids of users. */
  readonly userIds: ReadonlySet<string>;
}

/**
 * Who an item is about: its user and anonymous id, the e-mail address and phone number of its
 * customer, its device, and its external ids, where their type is a namespace.
 * @param traits what the item tells of the customer, and not of an account
 * @param previousId the other id of the customer that an alias tells of; null for none
 */
export function identifiersOf(
  item: JsonObject,
  context: JsonObject | null,
  traits: JsonObject | null,
  previousId: string | null,
  knowledge: IdentifierKnowledge,
): readonly SentIdentifier[] {
  const found: SentIdentifier[] = [];
  const add = (namespace: string, sent: JsonValue | undefined): void => {
    const value = textOf(sent);
    if (value === '') return;
    const isKnown =
      found.length < COMPARED_MAX &&
      found.some((one) => one.namespace === namespace && one.value === value);
    if (!isKnown) found.push({ namespace, value });
  };
  const addWhereDeclared = (namespace: string, sent: JsonValue | undefined): void => {
    if (knowledge.namespaces.has(namespace)) add(namespace, sent);
  };
  add('user_id', item['userId']);
  for (const told of [traits, objectOf(context?.['traits'])]) {
    if (told === null) continue;
    addWhereDeclared('email', told['email']);
    addWhereDeclared('phone', told['phone']);
  }
  addWhereDeclared('device_id', objectOf(context?.['device'])?.['id']);
  for (const { namespace, value } of externalIdsOf(context)) addWhereDeclared(namespace, value);
  add('anonymous_id', item['anonymousId']);
  // Last: of two user ids of one event the later is the one that is demoted.
  if (previousId !== null) {
    add(knowledge.userIds.has(previousId) ? 'user_id' : 'anonymous_id', previousId);
  }
  return found;
}

/** Source: Segment Unify, "Identity resolution: external ids". */
function externalIdsOf(context: JsonObject | null): readonly SentIdentifier[] {
  const listed = context?.['externalIds'];
  if (!Array.isArray(listed)) return [];
  return (listed as readonly JsonValue[]).flatMap((one) => {
    if (!isObject(one)) return [];
    const { id, type, collection = 'users', encoding = 'none' } = one;
    // Accounts are not people, and what was hashed is another value than the plain one.
    const isUsable = collection === 'users' && encoding === 'none' && typeof type === 'string';
    return isUsable ? [{ namespace: type, value: textOf(id) }] : [];
  });
}

/**
 * The previous ids of aliases that may be ids of users. Segment lets it be either kind and does not
 * say which; what its SDK sends as the anonymous id of the same item is one.
 */
export function doubtfulPreviousIds(items: readonly JsonValue[]): readonly string[] {
  const ids = new Set<string>();
  for (const item of items) {
    if (!isObject(item)) continue;
    const previousId = textOf(item['previousId']);
    if (previousId !== '' && previousId !== textOf(item['anonymousId'])) ids.add(previousId);
  }
  return [...ids];
}

/** The ids that the items themselves call ids of users. */
export function statedUserIds(items: readonly JsonValue[]): readonly string[] {
  return items.flatMap((item) => {
    const userId = isObject(item) ? textOf(item['userId']) : '';
    return userId === '' ? [] : [userId];
  });
}

/** Traits of the customer are those of `identify` alone: those of `group` are its account's. */
export function customerTraitsOf(item: JsonObject, callType: CallType): JsonObject | null {
  return callType === 'identify' ? objectOf(item['traits']) : null;
}
