import type { JsonObject, JsonValue } from '../../shared/json';
import { type IncomingEvent, isConsentEvent, type UnreadableItem } from '../events';
import { channelOf, contextOf, keptContext } from './segment.context.rules';
import {
  customerTraitsOf,
  type IdentifierKnowledge,
  identifiersOf,
} from './segment.identity.rules';
import { isObject, merged, objectOf, textOf } from './segment.json.rules';
import { type CallType, callTypes, type ItemWarning, type SentRequest } from './segment.model';
import { instantOf, occurredAtOf } from './segment.time.rules';

/** What an item was read as. */
export type ReadItem =
  | { readonly event: IncomingEvent; readonly warning: ItemWarning | null }
  | { readonly unreadable: UnreadableItem };

/** The names under which the calls are recorded that have none of their own. */
const NAMES: Readonly<Record<Exclude<CallType, 'track'>, string>> = {
  identify: 'Identify',
  page: 'Page Viewed',
  screen: 'Screen Viewed',
  group: 'Group',
  alias: 'Alias',
};

/** The trait by which a customer belongs to an account. */
const ACCOUNT_TRAIT = 'account_id';

/** Members that are objects, where they are there at all. */
const OBJECT_MEMBERS = ['properties', 'traits', 'context'] as const;

/**
 * Reads one item. It never fails: what makes no event is told apart, with the reason.
 * @param newMessageId for an item that has none; each delivery of it is an event of its own
 */
export function readItem(
  item: JsonValue,
  request: SentRequest,
  receivedAt: Date,
  newMessageId: () => string,
  knowledge: IdentifierKnowledge,
): ReadItem {
  if (!isObject(item)) return unreadable(item, '', 'UNREADABLE', 'An item is an object.');
  const messageId = messageIdOf(item);
  const refuse = (detail: string) => unreadable(item, messageId, 'UNREADABLE', detail);

  const callType = callTypeOf(item, request);
  if (callType === null) return refuse(`\`type\` is one of ${callTypes.join(', ')}.`);
  for (const name of OBJECT_MEMBERS) {
    const member = item[name] ?? null;
    if (member !== null && !isObject(member)) return refuse(`\`${name}\` is an object.`);
  }
  if (callType === 'track' && isNested(item['event'])) return refuse('`event` is text.');
  const missing = missingMember(item, callType);
  if (missing !== null) return refuse(`A call of ${callType} needs \`${missing}\`.`);
  const occurredAt = occurredAtOf(item, request.sentAtMs ?? instantOf(item['sentAt']), receivedAt);
  if (occurredAt === null) {
    const detail = 'A time is ISO 8601, e.g. 2026-11-05T10:11:12.345Z.';
    return unreadable(item, messageId, 'INVALID_TIME', detail);
  }

  const context = contextOf(objectOf(item['context']), request.context);
  const previousId = callType === 'alias' ? textOf(item['previousId']) : null;
  const isOfItself = previousId !== null && previousId === textOf(item['userId']);
  const linkedId = isOfItself ? null : previousId;
  const customerTraits = customerTraitsOf(item, callType);
  return {
    event: {
      messageId: messageId === '' ? newMessageId() : messageId,
      name: callType === 'track' ? textOf(item['event']) : NAMES[callType],
      occurredAt,
      identifiers: identifiersOf(item, context, customerTraits, linkedId, knowledge),
      properties: propertiesOf(item, callType, context),
      traits: callType === 'group' ? accountTraits(item) : (customerTraits ?? undefined),
      channel: channelOf(item, context),
      schemaVersion: schemaVersionOf(context),
    },
    warning: isOfItself ? 'ALIAS_OF_ITSELF' : null,
  };
}

/** As Segment's Protocols have it: a number, or one written as text. */
function schemaVersionOf(context: JsonObject | null): number | undefined {
  const told = objectOf(context?.['protocols'])?.['event_version'] ?? '';
  const version = Number(told);
  return told !== '' && Number.isInteger(version) ? version : undefined;
}

/** Empty where it is no text, which would make one message of many. */
function messageIdOf({ messageId }: JsonObject): string {
  return typeof messageId === 'number' || typeof messageId === 'string' ? String(messageId) : '';
}

/** The address says what its items are, and where it is for batches each item does. */
function callTypeOf(item: JsonObject, { callType }: SentRequest): CallType | null {
  return callType ?? callTypes.find((one) => one === item['type']) ?? null;
}

/** The member without which a call says nothing. */
function missingMember(item: JsonObject, callType: CallType): string | null {
  const needed: readonly string[] =
    callType === 'group' ? ['groupId'] : callType === 'alias' ? ['previousId', 'userId'] : [];
  return needed.find((name) => textOf(item[name]) === '') ?? null;
}

function propertiesOf(
  item: JsonObject,
  callType: CallType,
  context: JsonObject | null,
): JsonObject | undefined {
  const told = ownProperties(item, callType);
  const added: Record<string, JsonValue> = {};
  const kept = keptContext(context, callType, told);
  if (kept !== null && told?.['context'] === undefined) added['context'] = kept;
  const decisions = consentOf(item, callType, context);
  if (decisions !== null && told?.['categoryPreferences'] === undefined) {
    added['categoryPreferences'] = decisions;
  }
  if (Object.keys(added).length === 0) return told ?? undefined;
  return told === null ? added : merged(told, added);
}

function ownProperties(item: JsonObject, callType: CallType): JsonObject | null {
  const properties = objectOf(item['properties']);
  switch (callType) {
    case 'track':
      return properties;
    case 'page':
    case 'screen':
      return merged(properties ?? {}, stated(item, ['name', 'category']));
    case 'group':
      return stated(item, ['groupId', 'traits']);
    case 'alias':
      return stated(item, ['previousId']);
    case 'identify':
      return null;
  }
}

function isNested(value: JsonValue | undefined): boolean {
  return typeof value === 'object' && value !== null;
}

/** Those members of an item that say something. */
function stated(item: JsonObject, names: readonly string[]): JsonObject {
  const members: Record<string, JsonValue> = {};
  for (const name of names) {
    const value = item[name] ?? null;
    if (value !== null) members[name] = value;
  }
  return members;
}

/** Segment tells a decision in the context, the house in the properties. */
function consentOf(
  item: JsonObject,
  callType: CallType,
  context: JsonObject | null,
): JsonValue | null {
  if (callType !== 'track' || !isConsentEvent(textOf(item['event']))) return null;
  return objectOf(context?.['consent'])?.['categoryPreferences'] ?? null;
}

function accountTraits(item: JsonObject): JsonObject {
  return { [ACCOUNT_TRAIT]: textOf(item['groupId']) };
}

function unreadable(
  item: JsonValue,
  messageId: string,
  reason: UnreadableItem['reason'],
  detail: string,
): ReadItem {
  return { unreadable: { messageId, payload: payloadOf(item), reason, detail } };
}

function payloadOf(item: JsonValue): string {
  try {
    return JSON.stringify(item);
  } catch {
    // Writing goes down as deep as the item does, which reading does not.
    return 'Nested too deeply to be kept.';
  }
}
