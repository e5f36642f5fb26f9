import type { JsonObject, JsonValue } from '../../shared/json';
import { isObject, merged, objectOf, textOf } from './segment.json.rules';
import type { CallType } from './segment.model';

/**
 * What is kept of a context, in the properties: what tells where a customer was and how they came.
 * Not the address, the user agent and the place on earth, which nothing here reads and which are
 * personal; and not what has a place of its own: traits, external ids, consent.
 */
const KEPT_MEMBERS = [
  'app',
  'campaign',
  'device',
  'groupId',
  'locale',
  'os',
  'page',
  'referrer',
  'timezone',
] as const;

/** The context of an item: member by member its own, else that of the batch. */
export function contextOf(own: JsonObject | null, ofBatch: JsonObject | null): JsonObject | null {
  if (own === null || ofBatch === null) return own ?? ofBatch;
  const context: Record<string, JsonValue> = {};
  for (const name of Object.keys(own)) {
    const [inner, outer] = [own[name] as JsonValue, ofBatch[name]];
    context[name] = isObject(inner) && isObject(outer) ? merged(outer, inner) : inner;
  }
  return merged(ofBatch, context);
}

/** What of it is kept with the event; null for nothing. */
export function keptContext(
  context: JsonObject | null,
  callType: CallType,
  properties: JsonObject | null,
): JsonObject | null {
  if (context === null) return null;
  let kept: Record<string, JsonValue> | null = null;
  for (const name of KEPT_MEMBERS) {
    const value = context[name];
    if (value === undefined || value === null) continue;
    // The browser's page call says the same in its properties.
    if (name === 'page' && callType === 'page' && properties?.['url'] !== undefined) continue;
    kept ??= {};
    kept[name] = value;
  }
  return kept;
}

/** By what the SDKs call themselves in `context.library.name`. */
const CHANNELS: readonly (readonly [RegExp, string])[] = [
  [/javascript|analytics[.-]?js|analytics-next/i, 'web'],
  [/\bios\b|android|swift|kotlin|react[-_]?native|flutter|xamarin|unity/i, 'app'],
  [/node|python|ruby|\bgo\b|php|java|\.net|csharp|rust/i, 'server'],
];

/** Where it happened: as the item says, else by the kind of SDK that sent it. */
export function channelOf(item: JsonObject, context: JsonObject | null): string | undefined {
  const stated = textOf(item['channel']);
  if (stated !== '') return stated;
  const library = textOf(objectOf(context?.['library'])?.['name']);
  if (library === '') return undefined;
  return CHANNELS.find(([names]) => names.test(library))?.[1];
}
