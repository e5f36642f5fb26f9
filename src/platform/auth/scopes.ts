/** What a key may be allowed to do. Names are part of the API for ever. */
export const scopes = {
  'profiles:read': 'Read profiles, their identifiers, traits, stage and value',
  'profiles:merge': 'Decide whether two profiles are one person',
  'events:read': 'Read recorded events',
  'events:write': 'Record events',
  'loyalty:read': 'Read points balances and transactions',
  'loyalty:adjust': 'Adjust points',
  'community:write': 'Record community activity',
  'feedback:read': 'Read feedback',
  'feedback:write': 'Submit feedback',
  'referrals:read': 'Read referral codes and referrals',
  'referrals:write': 'Create and claim referral codes',
  'keys:manage': 'Create, list and revoke API keys',
} as const;

export type Scope = keyof typeof scopes;

export const scopeNames = Object.keys(scopes) as readonly Scope[];
