import type { Scope } from '../../platform/auth/scopes';
import { InvalidInput } from '../../shared/errors';
import { sourceScopes } from './sources.model';

/** What can be changed of a source at any time. Null where there is no limit. */
export interface SourceSettings {
  readonly scopes: readonly Scope[];
  readonly eventsPerMinuteMax: number | null;
  readonly namespaces: readonly string[] | null;
  readonly eventNames: readonly string[] | null;
  readonly origins: readonly string[];
}

/** Of a source of which nothing is said: it sends what it likes, and no browser does. */
export const defaultSourceSettings: SourceSettings = {
  scopes: ['events:write'],
  eventsPerMinuteMax: null,
  namespaces: null,
  eventNames: null,
  origins: [],
};

/** The most events that one request may hold: less a minute, and it could never be sent. */
export const EVENTS_PER_MINUTE_MIN = 2_500;
const EVENTS_PER_MINUTE_LIMIT = 1_000_000_000;

export const SOURCE_NAME_LENGTH_MAX = 64;
const NAME_FORM = /^[a-z0-9][a-z0-9._-]*$/;

const LISTED_MAX = 1_000;
const LISTED_LENGTH_MAX = 200;

/** The origin of every browser. */
export const ANY_ORIGIN = '*';

/** @throws InvalidInput when it is no name of a source */
export function checkedName(name: string): string {
  if (name.length <= SOURCE_NAME_LENGTH_MAX && NAME_FORM.test(name)) return name;
  throw new InvalidInput(
    `A source's name has 1 to ${SOURCE_NAME_LENGTH_MAX} of a-z, 0-9, ".", "_" and "-", and ` +
      'starts with a letter or a digit.',
    { field: 'name', lengthMax: SOURCE_NAME_LENGTH_MAX },
  );
}

/**
 * @param knownNamespaces those of the identity policy, and the one that names a profile
 * @throws InvalidInput naming the first field that cannot be so
 */
export function checkedSettings(
  settings: SourceSettings,
  knownNamespaces: ReadonlySet<string>,
): SourceSettings {
  const { eventsPerMinuteMax, namespaces, eventNames } = settings;
  const scopes = sourceScopes.filter((scope) => settings.scopes.includes(scope));
  if (scopes.length === 0 || scopes.length < new Set(settings.scopes).size) {
    const allowed = sourceScopes.join(', ');
    throw new InvalidInput(`A source needs a scope, and has these at most: ${allowed}.`, {
      field: 'scopes',
    });
  }
  if (eventsPerMinuteMax !== null) requireRate(eventsPerMinuteMax);
  const unknown = namespaces?.find((namespace) => !knownNamespaces.has(namespace));
  if (unknown !== undefined) {
    const known = [...knownNamespaces].join(', ');
    throw new InvalidInput(`Not a namespace of the identity policy; known are ${known}.`, {
      field: 'namespaces',
    });
  }
  return {
    scopes,
    eventsPerMinuteMax,
    namespaces: namespaces && checkedList('namespaces', namespaces),
    eventNames: eventNames && checkedList('eventNames', eventNames),
    origins: checkedOrigins(settings.origins),
  };
}

function requireRate(eventsPerMinuteMax: number): void {
  const isRate =
    Number.isInteger(eventsPerMinuteMax) &&
    eventsPerMinuteMax >= EVENTS_PER_MINUTE_MIN &&
    eventsPerMinuteMax <= EVENTS_PER_MINUTE_LIMIT;
  if (isRate) return;
  throw new InvalidInput(
    `A rate is ${EVENTS_PER_MINUTE_MIN} to ${EVENTS_PER_MINUTE_LIMIT} events a minute, or none.`,
    { field: 'eventsPerMinuteMax', min: EVENTS_PER_MINUTE_MIN, max: EVENTS_PER_MINUTE_LIMIT },
  );
}

/** What is allowed is compared exactly, so it is kept as it is; each once. */
function checkedList(field: string, texts: readonly string[]): readonly string[] {
  const isSound = ({ length }: readonly string[]) => length >= 1 && length <= LISTED_MAX;
  if (isSound(texts) && texts.every(isName)) return [...new Set(texts)];
  throw new InvalidInput(
    `\`${field}\` lists 1 to ${LISTED_MAX} names of 1 to ${LISTED_LENGTH_MAX} characters, or is ` +
      'left empty altogether where all are allowed.',
    { field },
  );
}

/** Control characters and halves of pairs cannot be stored or would garble what is printed. */
function isName(text: string): boolean {
  return text.length <= LISTED_LENGTH_MAX && text.trim() !== '' && /^[^\p{Cc}\p{Cs}]+$/u.test(text);
}

function checkedOrigins(origins: readonly string[]): readonly string[] {
  const isOrigin = (text: string) =>
    text === ANY_ORIGIN || (/^https?:/.test(text) && originOf(text) === text);
  if (origins.length <= LISTED_MAX && origins.every(isOrigin)) return [...new Set(origins)];
  throw new InvalidInput(
    `\`origins\` lists at most ${LISTED_MAX} origins such as https://shop.example, without a ` +
      `path, or ${ANY_ORIGIN} for all.`,
    { field: 'origins' },
  );
}

function originOf(text: string): string | null {
  return URL.canParse(text) ? new URL(text).origin : null;
}
