import { isSupportedCountry } from 'libphonenumber-js/max';
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
  const root = new Place('', document, faults);
  root.hasOnly(Object.keys(defaults));
  const read = <Value>(name: string, fallback: Value, reader: (place: Place) => Value) =>
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

function readNamespaces(place: Place): readonly NamespacePolicy[] {
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

function readNamespace(place: Place): NamespacePolicy {
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

function readLimit(place: Place): NamespaceLimit {
  place.hasOnly(['max', 'windowDays']);
  const days = place.at('windowDays');
  return {
    max: place.at('max').integer(1, 10_000),
    windowDays: days.value == null ? null : days.integer(1, WINDOW_DAYS_MAX, ' or null'),
  };
}

function readJunkValues(place: Place): readonly string[] {
  // Compared as `normaliseIdentifier` does: in another form they would never be met.
  return place
    .list(0, JUNK_VALUES_MAX)
    .map((one) =>
      one.text(/^(?!\s)[^\p{Lu}]*(?<!\s)$/u, 'text in lower case, without outer space'),
    );
}

function readPhoneRegion(place: Place): string {
  const region = place.text(/^[A-Z]{2}$/, 'an ISO 3166-1 code like CN');
  if (region !== '' && !isPhoneRegion(region)) place.fault('must be a region with phone numbers');
  return region;
}

function readEmailProviders(place: Place): readonly EmailProvider[] {
  const providers = place.list(0, EMAIL_PROVIDERS_MAX).map((one) => {
    one.hasOnly(['domain', 'aliases', 'ignoreDots', 'dropPlusTags']);
    const readDomain = (domain: Place) => domain.text(/^[^\s@\p{Lu}]+$/u, 'a domain in lower case');
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

function readTraitStrategies(place: Place): ReadonlyMap<string, TraitStrategy> {
  return new Map(place.entries().map(([name, one]) => [name, one.oneOf(traitStrategies)]));
}

/** A value in the document, which tells its path when something is wrong with it. */
class Place {
  constructor(
    private readonly path: string,
    readonly value: unknown,
    private readonly faults: string[],
  ) {}

  fault(expectation: string): void {
    this.faults.push(`${this.path === '' ? 'the policy' : this.path}: ${expectation}`);
  }

  at(name: string): Place {
    const path = this.path === '' ? name : `${this.path}.${name}`;
    return new Place(path, this.has(name) ? this.members[name] : undefined, this.faults);
  }

  has(name: string): boolean {
    return Object.hasOwn(this.members, name);
  }

  hasOnly(names: readonly string[]): void {
    for (const [name, member] of this.entries()) {
      if (!names.includes(name)) member.fault(`must not be there; known are ${names.join(', ')}`);
    }
  }

  entries(): readonly (readonly [string, Place])[] {
    if (!isObject(this.value)) this.fault('must be an object');
    return Object.keys(this.members).map((name) => [name, this.at(name)]);
  }

  list(min: number, max: number): readonly Place[] {
    if (!Array.isArray(this.value) || this.value.length < min || this.value.length > max) {
      this.fault(`must be a list of ${min} to ${max}`);
      return [];
    }
    return this.value.map(
      (value: unknown, index) => new Place(`${this.path}[${index}]`, value, this.faults),
    );
  }

  text(form: RegExp, expectation: string): string {
    if (typeof this.value === 'string' && form.test(this.value)) return this.value;
    this.fault(`must be ${expectation}`);
    return '';
  }

  integer(min: number, max: number, alternative = ''): number {
    const { value } = this;
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
      return value;
    }
    this.fault(`must be a whole number from ${min} to ${max}${alternative}`);
    return Number.NaN;
  }

  boolean(): boolean {
    if (typeof this.value !== 'boolean') this.fault('must be true or false');
    return this.value === true;
  }

  oneOf<Choice extends string>(choices: readonly [Choice, ...Choice[]]): Choice {
    const choice = choices.find((candidate) => candidate === this.value);
    if (choice === undefined) this.fault(`must be one of ${choices.join(', ')}`);
    return choice ?? choices[0];
  }

  /** Tells of every member of this list whose `name` an earlier one has too. */
  findRepeated(values: readonly (string | number)[], name: string): void {
    values.forEach((value, index) => {
      const isBlank = value === '' || Number.isNaN(value);
      const first = values.indexOf(value);
      if (isBlank || first === index) return;
      this.faults.push(`${this.path}[${index}].${name}: must not be that of [${first}] as well`);
    });
  }

  private get members(): Readonly<Record<string, unknown>> {
    return isObject(this.value) ? this.value : {};
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
