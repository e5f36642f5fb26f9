/** The query of the profile page: what a frontend app asks for when somebody looks at a customer. */
const SELECTION = `
  id
  identifiers { namespace value }
  lifecycle { stage since reasons { fact value threshold } }
  value { tier rfm { recency frequency monetary segment } }
  loyalty { balance tier }
  community { score }
  referrals { code }
  events(first: 5) { edges { node { name occurredAt } } }`;

const PROFILE_QUERY = `query Profile($identifier: IdentifierInput!) {
  profileByIdentifier(identifier: $identifier) {${SELECTION}
  }
}`;

const ME_QUERY = `query Me {
  me {${SELECTION}
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

/** What is sent for one profile, for oneself, and for a page. */
export const bodies = {
  profile: (userId: string) =>
    JSON.stringify({
      query: PROFILE_QUERY,
      variables: { identifier: { namespace: 'user_id', value: userId } },
    }),
  me: JSON.stringify({ query: ME_QUERY }),
  page: (after: string | null) => JSON.stringify({ query: PAGE_QUERY, variables: { after } }),
  walk: (after: string | null) => JSON.stringify({ query: WALK_QUERY, variables: { after } }),
};
