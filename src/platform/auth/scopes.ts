/** What a key may be allowed to do. Names are part of the API for ever. */
export const scopes = {
  'profiles:read': 'Read profiles, their identifiers, traits, consents, stage and value',
  'personal-data:read': 'See personal data as they are, which come masked without it',
  'profiles:merge': 'Merge profiles, take them apart, and settle duplicate candidates',
  'profiles:override': 'Merge profiles in spite of what the identity policy forbids',
  'events:read': 'Read recorded events',
  'events:write': 'Record events',
  'quarantine:manage': 'Read, correct, replay and discard quarantined events',
  'loyalty:read': 'Read points balances and transactions',
  'loyalty:adjust': 'Adjust points',
  'community:write': 'Record community activity',
  'feedback:read': 'Read feedback',
  'feedback:write': 'Submit feedback',
  'referrals:read': 'Read referral codes and referrals',
  'referrals:write': 'Create and claim referral codes',
  'lifecycle:read': 'Read lifecycle models, and how far their rollouts have come',
  'lifecycle:manage': 'Save, preview, activate, roll back and retire lifecycle models',
  'schemas:manage': 'Register, try, activate and retire event schemas, and read violations',
  'keys:manage': 'Create, list and revoke API keys',
  'sources:manage': 'Create, list and change sources and their write keys, and read their counters',
} as const;

export type Scope = keyof typeof scopes;

export const scopeNames = Object.keys(scopes) as readonly Scope[];
