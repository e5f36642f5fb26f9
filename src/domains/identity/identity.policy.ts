import {
  defaultPropertyMasking,
  defaultTraitMasking,
  type MaskingByName,
} from './identity.masking.policy';
import type { FoldingStrategy, TraitStrategy } from './identity.traits.rules';

export const normaliserNames = ['ID', 'EMAIL', 'PHONE'] as const;

/** What the company knows of a kind of identifier. */
export interface NamespacePolicy {
  readonly name: string;
  readonly normaliser: (typeof normaliserNames)[number];
  /** The higher one wins when an event's identifiers cannot all be true. Distinct. */
  readonly priority: number;
  /** At least 1 and ever, where the namespace is unique to a person. */
  readonly limit: NamespaceLimit;
  /** Two values are two people: profiles that hold different ones never merge. */
  readonly uniqueToPerson: boolean;
  /** A device: where two people use it, it stands for the one who signed in on it last. */
  readonly followsPerson: boolean;
}

/** Whether what an operator has taken apart may be joined again by an event. */
export const relinkings = ['NEVER', 'NEW_EVIDENCE'] as const;

/**
 * How many identifiers of a namespace one profile may gain: at most `max` that were first seen
 * within the `windowDays` up to an event, or ever where that is null. As in Segment Unify's
 * identity resolution settings.
 */
export interface NamespaceLimit {
  readonly max: number;
  readonly windowDays: number | null;
}

/** A mail provider that delivers several spellings to one mailbox. */
export interface EmailProvider {
  /** The spelling that is kept, in lower case. */
  readonly domain: string;
  /** Other domains of the same mailboxes. */
  readonly aliases: readonly string[];
  /** `a.nn@` and `ann@` are one mailbox. */
  readonly ignoreDots: boolean;
  /** `ann+news@` and `ann@` are one mailbox. */
  readonly dropPlusTags: boolean;
}

export interface IdentityPolicy {
  readonly namespaces: readonly NamespacePolicy[];
  /** Values that name nobody, compared in lower case without surrounding quotes. */
  readonly junkValues: readonly string[];
  /** Region of phone numbers written without a country code, ISO 3166-1 alpha-2. */
  readonly phoneRegion: string;
  readonly emailProviders: readonly EmailProvider[];
  /** Characters of a value. */
  readonly valueLengthMax: number;
  /** Identifiers of one profile, so that one bad value cannot swallow the customer base. */
  readonly identifiersPerProfileMax: number;
  /** Profiles that one profile may have absorbed, those absorbed by them included. */
  readonly mergesPerProfileMax: number;
  /** People that one identifier may stand for, one after the other. */
  readonly tenantsPerIdentifierMax: number;
  /** NEW_EVIDENCE: by one that happened after it was taken apart. */
  readonly relinking: (typeof relinkings)[number];
  /** How values of a trait become one, by the trait's name; LATEST where it is not named. */
  readonly traitStrategies: ReadonlyMap<string, TraitStrategy>;
  /** For callers who may not read personal data. Of others texts and long numbers are masked. */
  readonly traitMasking: MaskingByName;
  /** The same of properties of events. Of others addresses and telephone numbers are masked. */
  readonly propertyMasking: MaskingByName;
}

const ever = (max: number): NamespaceLimit => ({ max, windowDays: null });

const ofOnePerson = { limit: ever(1), uniqueToPerson: true, followsPerson: false };
const ofPeople = { uniqueToPerson: false, followsPerson: false };
const ofDevices = { uniqueToPerson: false, followsPerson: true };

/** Limits follow Segment Unify's defaults; the junk list is PostHog's and Segment's together. */
export const defaultIdentityPolicy: IdentityPolicy = {
  namespaces: [
    { name: 'user_id', normaliser: 'ID', priority: 80, ...ofOnePerson },
    { name: 'member_card', normaliser: 'ID', priority: 70, ...ofPeople, limit: ever(5) },
    { name: 'wechat_unionid', normaliser: 'ID', priority: 60, ...ofOnePerson },
    { name: 'email', normaliser: 'EMAIL', priority: 50, ...ofPeople, limit: ever(5) },
    { name: 'phone', normaliser: 'PHONE', priority: 40, ...ofPeople, limit: ever(5) },
    { name: 'wechat_openid', normaliser: 'ID', priority: 30, ...ofPeople, limit: ever(5) },
    { name: 'device_id', normaliser: 'ID', priority: 20, ...ofDevices, limit: ever(50) },
    { name: 'anonymous_id', normaliser: 'ID', priority: 10, ...ofDevices, limit: ever(500) },
  ],
  junkValues: [
    '',
    '-1',
    '0',
    'anonymous',
    'false',
    'guest',
    'nan',
    'none',
    'not_authenticated',
    'null',
    '[object object]',
    'true',
    'undefined',
    'unknown',
  ],
  phoneRegion: 'CN',
  emailProviders: [],
  valueLengthMax: 255,
  identifiersPerProfileMax: 1000,
  mergesPerProfileMax: 500,
  tenantsPerIdentifierMax: 100,
  relinking: 'NEVER',
  traitStrategies: new Map(),
  traitMasking: defaultTraitMasking,
  propertyMasking: defaultPropertyMasking,
};

/** The traits of which more is kept than the latest value. */
export function foldingStrategies(policy: IdentityPolicy): ReadonlyMap<string, FoldingStrategy> {
  return new Map(
    [...policy.traitStrategies].flatMap(([name, strategy]) =>
      strategy === 'LATEST' ? [] : [[name, strategy] as const],
    ),
  );
}
