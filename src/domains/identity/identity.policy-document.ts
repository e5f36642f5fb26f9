import { isSupportedCountry } from 'libphonenumber-js/max';
import { DocumentPlace } from '../../shared/document';
import { type MaskingByName, maskings, placeOfName } from './identity.masking.policy';
import {
  defaultIdentityPolicy,
  type EmailProvider,
  type IdentityPolicy,
  type NamespaceLimit,
  type NamespacePolicy,
  normaliserNames,
  relinkings,
} from './identity.policy';
import { type TraitStrategy, traitStrategies } from './identity.traits.rules';

export type ReadPolicy =
  | { readonly valid: true; readonly policy: IdentityPolicy }
  /** Each with its path, e.g. `namespaces[2].limit.max: must be …`. */
  | { readonly valid: false; readonly faults: readonly string[] };

/**
 * Reads an identity policy written as JSON. What it leaves out is as in the default policy; the
 * guide to the profile graph describes each member.
 * @returns the policy, or everything that is wrong with the document
 */
export function readIdentityPolicy(
  document: unknown,
  defaults: IdentityPolicy = defaultIdentityPolicy,
): ReadPolicy {
  const faults: string[] = [];
  const root = DocumentPlace.root('the policy', document, faults);
  root.hasOnly(Object.keys(defaults));
  const read = <Value>(name: string, fallback: Value, reader: (place: DocumentPlace) => Value) =>
    root.has(name) ? reader(root.at(name)) : fallback;
  const policy: IdentityPolicy = {
    namespaces: read('namespaces', defaults.namespaces, readNamespaces),
    junkValues: read('junkValues', defaults.junkValues, readJunkValues),
    phoneRegion: read('phoneRegion', defaults.phoneRegion, readPhoneRegion),
    emailProviders: read('emailProviders', defaults.emailProviders, readEmailProviders),
    valueLengthMax: read('valueLengthMax', defaults.valueLengthMax, (place) =>
      // The longest that fits into an index of PostgreSQL, whatever the letters.
      place.integer(1, 400),
    ),
    identifiersPerProfileMax: read(
      'identifiersPerProfileMax',
      defaults.identifiersPerProfileMax,
      (place) => place.integer(1, 10_000),
    ),
    mergesPerProfileMax: read('mergesPerProfileMax', defaults.mergesPerProfileMax, (place) =>
      place.integer(0, 10_000),
    ),
    tenantsPerIdentifierMax: read(
      'tenantsPerIdentifierMax',
      defaults.tenantsPerIdentifierMax,
      (place) => place.integer(1, 10_000),
    ),
    relinking: read('relinking', defaults.relinking, (place) => place.oneOf(relinkings)),
    traitStrategies: read('traitStrategies', defaults.traitStrategies, readTraitStrategies),
    traitMasking: read('traitMasking', defaults.traitMasking, (place) =>
      readMasking(place, defaults.traitMasking),
    ),
    propertyMasking: read('propertyMasking', defaults.propertyMasking, (place) =>
      readMasking(place, defaults.propertyMasking),
    ),
  };
  return faults.length === 0 ? { valid: true, policy } : { valid: false, faults };
}

/** Whether phone numbers can be read as of this region, ISO 3166-1 alpha-2. */
export function isPhoneRegion(text: string): boolean {
  return isSupportedCountry(text);
}

/** A namespace, like every word of the API that a sender may choose. */
const NAMESPACE_FORM = /^[a-z][a-z0-9_]{0,49}$/;
const NAMESPACES_MAX = 50;
const JUNK_VALUES_MAX = 1000;
const EMAIL_PROVIDERS_MAX = 100;
const WINDOW_DAYS_MAX = 3650;

/** Names a profile by its own id. */
const RESERVED_NAMESPACE = 'profile_id';

function readNamespaces(place: DocumentPlace): readonly NamespacePolicy[] {
  const namespaces = place.list(1, NAMESPACES_MAX).map(readNamespace);
  place.findRepeated(
    namespaces.map((one) => one.name),
    'name',
  );
  place.findRepeated(
    namespaces.map((one) => one.priority),
    'priority',
  );
  return namespaces;
}

function readNamespace(place: DocumentPlace): NamespacePolicy {
  place.hasOnly(['name', 'normaliser', 'priority', 'limit', 'uniqueToPerson', 'followsPerson']);
  const uniqueToPerson = place.has('uniqueToPerson') && place.at('uniqueToPerson').boolean();
  const limit =
    uniqueToPerson && !place.has('limit')
      ? { max: 1, windowDays: null }
      : readLimit(place.at('limit'));
  if (uniqueToPerson && (limit.max !== 1 || limit.windowDays !== null)) {
    place.at('limit').fault('must be left out, or max 1 and windowDays null: uniqueToPerson');
  }
  const followsPerson = place.has('followsPerson') && place.at('followsPerson').boolean();
  if (uniqueToPerson && followsPerson) {
    place.at('followsPerson').fault('must be left out or false: uniqueToPerson');
  }
  const name = place.at('name').text(NAMESPACE_FORM, 'lower-case letters, digits and underscores');
  if (name === RESERVED_NAMESPACE) place.at('name').fault('must not be profile_id: reserved');
  return {
    name,
    normaliser: place.at('normaliser').oneOf(normaliserNames),
    priority: place.at('priority').integer(0, 1_000_000),
    limit,
    uniqueToPerson,
    followsPerson,
  };
}

function readLimit(place: DocumentPlace): NamespaceLimit {
  place.hasOnly(['max', 'windowDays']);
  const days = place.at('windowDays');
  return {
    max: place.at('max').integer(1, 10_000),
    windowDays: days.value == null ? null : days.integer(1, WINDOW_DAYS_MAX, ' or null'),
  };
}

function readJunkValues(place: DocumentPlace): readonly string[] {
  // Compared as `normaliseIdentifier` does: in another form they would never be met.
  return place
    .list(0, JUNK_VALUES_MAX)
    .map((one) =>
      one.text(/^(?!\s)[^\p{Lu}]*(?<!\s)$/u, 'text in lower case, without outer space'),
    );
}

function readPhoneRegion(place: DocumentPlace): string {
  const region = place.text(/^[A-Z]{2}$/, 'an ISO 3166-1 code like CN');
  if (region !== '' && !isPhoneRegion(region)) place.fault('must be a region with phone numbers');
  return region;
}

function readEmailProviders(place: DocumentPlace): readonly EmailProvider[] {
  const providers = place.list(0, EMAIL_PROVIDERS_MAX).map((one) => {
    one.hasOnly(['domain', 'aliases', 'ignoreDots', 'dropPlusTags']);
    const readDomain = (domain: DocumentPlace) =>
      domain.text(/^[^\s@\p{Lu}]+$/u, 'a domain in lower case');
    return {
      domain: readDomain(one.at('domain')),
      aliases: one.has('aliases') ? one.at('aliases').list(0, 20).map(readDomain) : [],
      ignoreDots: one.has('ignoreDots') && one.at('ignoreDots').boolean(),
      dropPlusTags: one.has('dropPlusTags') && one.at('dropPlusTags').boolean(),
    };
  });
  const domains = providers.flatMap(({ domain, aliases }) => [domain, ...aliases]);
  const repeated = domains.find((one, index) => one !== '' && domains.indexOf(one) < index);
  if (repeated !== undefined) place.fault(`must not name ${repeated} twice`);
  return providers;
}

function readTraitStrategies(place: DocumentPlace): ReadonlyMap<string, TraitStrategy> {
  return new Map(place.entries().map(([name, one]) => [name, one.oneOf(traitStrategies)]));
}

/** What is named, on top of the defaults: a list that forgets the birthday must not show it. */
function readMasking(place: DocumentPlace, defaults: MaskingByName): MaskingByName {
  const read = place
    .entries()
    .map(([name, one]) => [placeOfName(name), one.oneOf(maskings)] as const);
  return new Map([...defaults, ...read]);
}
