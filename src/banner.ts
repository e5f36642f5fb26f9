import type { ShowcaseEntry } from '../seeds/population.model';
import type { Demo } from './demo';

/** The first query to try: somebody of the demo, seen from every side. */
export function demoQuery(userId: string): string {
  return `query {
  profileByIdentifier(identifier: { namespace: "user_id", value: "${userId}" }) {
    id
    displayName
    identifiers { namespace value }
    lifecycle {
      stage
      since
      churnRisk
      reasons { text }
      nextStages { stage missing { text } }
    }
    value { tier rfm { recency frequency monetary segment } }
    loyalty { balance tier }
    community { score }
    referrals { code }
    events(first: 5) { edges { node { name occurredAt } } }
  }
}`;
}

/** Used where there is no demo customer to ask for. */
const FALLBACK_USER_ID = '00004';

export function queryToPaste(demo: Demo | null): string {
  return demoQuery(demo?.showcase[0]?.userId ?? FALLBACK_USER_ID);
}

/** What a person sees once the server listens. */
export function startBanner(url: string, graphiql: boolean, demo: Demo | null): string {
  const lines = [
    '',
    `GraphQL: ${url}/graphql`,
    ...(graphiql ? [`GraphiQL: ${url}/graphiql${demo === null ? '' : `#key=${demo.apiKey}`}`] : []),
    demo === null
      ? 'API key: make one with `npx perennial keys create <name> --scopes …`'
      : `API key: ${demo.apiKey}`,
    ...showcaseLines(demo?.showcase ?? []),
    '',
    'A query to paste:',
    '',
    queryToPaste(demo),
    '',
  ];
  return `${lines.join('\n')}\n`;
}

function showcaseLines(showcase: readonly ShowcaseEntry[]): string[] {
  if (showcase.length === 0) return [];
  const width = Math.max(...showcase.map(({ userId }) => userId.length));
  return [
    '',
    'Customers worth looking at (user_id):',
    ...showcase.map(({ userId, title, look }) => `  ${userId.padEnd(width)}  ${title}: ${look}`),
  ];
}
