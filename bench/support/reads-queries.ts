/** What a customer may see of their own profile. */
const OWN_SELECTION = `
  id
  identifiers { namespace value }
  loyalty { balance tier }
  community { score }
  referrals { code }
  events(first: 5) { edges { node { name occurredAt } } }`;

/**
 * The query of the profile page: what an app asks for when somebody looks at a customer. What the
 * company makes of them, stage and value, is not for their own eyes.
 */
const SELECTION = `
  id
  identifiers { namespace value }
  lifecycle { stage since reasons { fact value threshold } }
  value { tier rfm { recency frequency monetary segment } }
  loyalty { balance tier }
  community { score }
  referrals { code }
  events(first: 5) { edges { node { name occurredAt } } }`;

const byIdentifier = (selection: string) => `query Profile($identifier: IdentifierInput!) {
  profileByIdentifier(identifier: $identifier) {${selection}
  }
}`;

const PROFILE_QUERY = byIdentifier(SELECTION);
const OWN_BY_KEY_QUERY = byIdentifier(OWN_SELECTION);

const ME_QUERY = `query Me {
  me {${OWN_SELECTION}
  }
}`;

export const PAGE_SIZE = 50;

/** Without the cursors, which are made differently by every server. */
const PAGE_QUERY = `query Page($after: String) {
  profiles(first: ${PAGE_SIZE}, after: $after) {
    edges { node {${SELECTION}
    } }
    pageInfo { hasNextPage }
  }
}`;

/** To find where pages begin. */
const WALK_QUERY = `query Walk($after: String) {
  profiles(first: ${PAGE_SIZE}, after: $after) {
    edges { node { id } }
    pageInfo { hasNextPage endCursor }
  }
}`;

/** What is sent: for a profile, for as much of it as its customer sees, for oneself, for pages. */
export const bodies = {
  profile: (userId: string) => bodyByIdentifier(PROFILE_QUERY, userId),
  ownByKey: (userId: string) => bodyByIdentifier(OWN_BY_KEY_QUERY, userId),
  me: JSON.stringify({ query: ME_QUERY }),
  page: (after: string | null) => JSON.stringify({ query: PAGE_QUERY, variables: { after } }),
  walk: (after: string | null) => JSON.stringify({ query: WALK_QUERY, variables: { after } }),
};

function bodyByIdentifier(query: string, userId: string): string {
  const identifier = { namespace: 'user_id', value: userId };
  return JSON.stringify({ query, variables: { identifier } });
}
