/** The same profile, asked for as PostGraphile names things. */
const QUERY = `query Profile($namespace: String!, $value: String!) {
  identifierByValueAndNamespaceAndTenant(namespace: $namespace, value: $value, tenant: 0) {
    profile {
      profileId
      identifiersList { namespace value }
      lifecycle { stage since reasons }
      value { tier recency frequency monetary segment }
      loyalty { balance tier }
      community { score }
      referrals { code }
      latestEvents(page: 5) { edges { node { name occurredAt } } }
    }
  }
}`;

export function peerBody(userId: string): string {
  return JSON.stringify({ query: QUERY, variables: { namespace: 'user_id', value: userId } });
}

interface Identifier {
  readonly namespace: string;
  readonly value: string;
}

interface Reason {
  readonly fact: string;
  readonly value: number;
  readonly threshold: number;
}

interface Happened {
  readonly edges: readonly { readonly node: { readonly name: string; occurredAt: string } }[];
}

interface Rfm {
  readonly recency: number | null;
  readonly frequency: number | null;
  readonly monetary: number | null;
  readonly segment: string | null;
}

/** What both say of a profile alike. */
interface Told {
  readonly lifecycle: {
    readonly stage: string;
    readonly since: string;
    readonly reasons: readonly Reason[];
  };
  readonly loyalty: unknown;
  readonly community: unknown;
  readonly referrals: unknown;
}

interface Ours extends Told {
  readonly id: string;
  readonly identifiers: readonly Identifier[];
  readonly value: { readonly tier: string; readonly rfm: Rfm | null };
  readonly events: Happened;
}

interface Theirs extends Told {
  readonly profileId: string;
  readonly identifiersList: readonly Identifier[];
  readonly value: Rfm & { readonly tier: string };
  readonly latestEvents: Happened;
}

/** Our answer in a form that PostGraphile's can be compared with. */
export function oursAsPeers(body: string): string {
  const { data } = JSON.parse(body) as { readonly data: { readonly profileByIdentifier: Ours } };
  const { id, identifiers, value, events, ...told } = data.profileByIdentifier;
  const none = { recency: null, frequency: null, monetary: null, segment: null };
  const { recency, frequency, monetary, segment } = value.rfm ?? none;
  const rfm = [recency, frequency, monetary, segment];
  return comparable(told, id.slice(-32), identifiers, [value.tier, ...rfm], events);
}

/** And PostGraphile's: its reasons come whole, its identifiers in the order of their key. */
export function peerAsOurs(body: string): string {
  const { data } = JSON.parse(body) as {
    readonly data: {
      readonly identifierByValueAndNamespaceAndTenant: { readonly profile: Theirs };
    };
  };
  const { profileId, identifiersList, value, latestEvents, ...told } =
    data.identifierByValueAndNamespaceAndTenant.profile;
  const { tier, recency, frequency, monetary, segment } = value;
  const worth = [tier, recency, frequency, monetary, segment];
  return comparable(told, profileId.replaceAll('-', ''), identifiersList, worth, latestEvents);
}

function comparable(
  { lifecycle, loyalty, community, referrals }: Told,
  id: string,
  identifiers: readonly Identifier[],
  worth: readonly unknown[],
  happened: Happened,
): string {
  return JSON.stringify([
    id,
    identifiers.map(({ namespace, value }) => `${namespace} ${value}`).sort(),
    lifecycle.stage,
    instantOf(lifecycle.since),
    lifecycle.reasons.map(({ fact, value, threshold }) => [fact, value, threshold]),
    worth,
    loyalty,
    community,
    referrals,
    happened.edges.map(({ node }) => [node.name, instantOf(node.occurredAt)]),
  ]);
}

function instantOf(text: string): string {
  return new Date(text).toISOString();
}
