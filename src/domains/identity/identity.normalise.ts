import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { IdentifierKey } from './identity.model';
import type { EmailProvider, IdentityPolicy, NamespacePolicy } from './identity.policy';

/** Why an identifier was not used to tell who an event is about. */
export type UnusableReason =
  | 'UNKNOWN_NAMESPACE'
  | 'JUNK_VALUE'
  | 'VALUE_TOO_LONG'
  | 'INVALID_VALUE';

export type NormalisedIdentifier =
  | { readonly usable: true; readonly key: IdentifierKey; readonly priority: number }
  | { readonly usable: false; readonly reason: UnusableReason };

/** Brings an identifier into the one form it is known by, or says why it names nobody. */
export function normaliseIdentifier(
  { namespace, value }: IdentifierKey,
  policy: IdentityPolicy,
): NormalisedIdentifier {
  const rules = policy.namespaces.find((known) => known.name === namespace);
  if (rules === undefined) return { usable: false, reason: 'UNKNOWN_NAMESPACE' };
  if (value.length > policy.valueLengthMax) return { usable: false, reason: 'VALUE_TOO_LONG' };
  if (/\p{Cc}/u.test(value.trim()) || !value.isWellFormed()) {
    return { usable: false, reason: 'INVALID_VALUE' };
  }
  if (isJunk(value, policy) || !VISIBLE.test(value)) return { usable: false, reason: 'JUNK_VALUE' };
  const normalised = normalisers[rules.normaliser](value.normalize('NFC').trim(), policy);
  if (normalised === null) return { usable: false, reason: 'INVALID_VALUE' };
  // Some letters grow when they are lower-cased or composed.
  if (normalised.length > policy.valueLengthMax) return { usable: false, reason: 'VALUE_TOO_LONG' };
  return { usable: true, key: { namespace, value: normalised }, priority: rules.priority };
}

/** Anything but spaces and what only steers how text is shown. */
const VISIBLE = /[^\p{Z}\p{Cc}\p{Cf}]/u;

type Normaliser = (value: string, policy: IdentityPolicy) => string | null;

const normalisers: Readonly<Record<NamespacePolicy['normaliser'], Normaliser>> = {
  ID: (value) => value,
  // One @ with something on either side: whether the mailbox exists only a message can tell.
  EMAIL: (value, policy) => {
    const [, local, domain] = /^([^\s@]+)@([^\s@]+)$/.exec(value.toLowerCase()) ?? [];
    if (local === undefined || domain === undefined) return null;
    return mailbox(local, domain, policy.emailProviders);
  },
  PHONE: (value, policy) => {
    const phone = parsePhoneNumberFromString(value.replace(/^tel:/i, ''), {
      defaultCountry: policy.phoneRegion as CountryCode,
      // The whole value is the number; one somewhere in a sentence may be anybody's.
      extract: false,
    });
    return phone?.isValid() === true ? phone.number : null;
  },
};

/** The one spelling of a mailbox, or null where nothing of its name is left. */
function mailbox(
  local: string,
  domain: string,
  providers: readonly EmailProvider[],
): string | null {
  const provider = providers.find((one) => one.domain === domain || one.aliases.includes(domain));
  if (provider === undefined) return `${local}@${domain}`;
  const untagged = provider.dropPlusTags ? local.replace(/\+.*$/, '') : local;
  const name = provider.ignoreDots ? untagged.replaceAll('.', '') : untagged;
  return name === '' ? null : `${name}@${provider.domain}`;
}

function isJunk(value: string, policy: IdentityPolicy): boolean {
  const bare = value
    .trim()
    .replace(/^(["'`])(.*)\1$/, '$2')
    .trim()
    .toLowerCase();
  return policy.junkValues.includes(bare) || /^[0-]+$/.test(bare);
}
