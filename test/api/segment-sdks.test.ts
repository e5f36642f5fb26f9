import { readFileSync } from 'node:fs';
import type { AnalyticsBrowser } from '@segment/analytics-next';
import { Analytics } from '@segment/analytics-node';
import { useApi } from '../support/api';
import { closePages, openPage } from '../support/page';
import { until } from '../support/processes';
import { useRefusals } from '../support/refusals';
import { newSource } from '../support/sources';

/** The real SDKs, against a server that listens. Only their timers make these tests slow. */
jest.setTimeout(120_000);

const api = useApi();
const refusals = useRefusals(api);

const PAGE = 'http://shop.example/shoes?utm_source=mail&utm_campaign=spring';

interface Profile {
  readonly id: string;
  readonly traits: Readonly<Record<string, unknown>>;
  readonly identifiers: readonly { readonly namespace: string; readonly value: string }[];
  readonly loyalty: { readonly balance: string };
  readonly events: {
    readonly edges: readonly {
      readonly node: {
        readonly name: string;
        readonly channel: string | null;
        readonly source: string;
        readonly occurredAt: string;
        readonly properties: Readonly<Record<string, unknown>>;
      };
    }[];
  };
}

async function profileOf(namespace: string, value: string): Promise<Profile | null> {
  const data = await api.data<{ profileByIdentifier: Profile | null }>(
    `query ($identifier: IdentifierInput!) {
      profileByIdentifier(identifier: $identifier) {
        id traits identifiers { namespace value } loyalty { balance }
        events(first: 100) { edges { node { name channel source occurredAt properties } } }
      }
    }`,
    { identifier: { namespace, value } },
  );
  return data.profileByIdentifier;
}

function namesOf(profile: Profile | null): readonly string[] {
  return (profile?.events.edges ?? []).map(({ node }) => node.name).sort();
}

function propertiesOf(profile: Profile | null, name: string) {
  return profile?.events.edges.find(({ node }) => node.name === name)?.node.properties;
}

describe('@segment/analytics-node', () => {
  let writeKey = '';
  beforeAll(async () => {
    writeKey = await newSource(api, { name: 'shop-backend' });
  });

  /** The SDK, and the statuses of the replies it got. */
  function createSdk() {
    const sdk = new Analytics({ writeKey, host: api.url, flushInterval: 100 });
    const statuses: number[] = [];
    const failures: unknown[] = [];
    sdk.on('http_response', ({ status }) => statuses.push(status));
    sdk.on('error', (error) => failures.push(error));
    return { sdk, statuses, failures };
  }

  it('identifies, tracks, pages, groups and aliases, and the profile is right', async () => {
    const { sdk, statuses, failures } = createSdk();
    sdk.track({ anonymousId: 'node-anon', event: 'Product Viewed', properties: { sku: 's-1' } });
    sdk.alias({ previousId: 'node-anon', userId: 'node-user' });
    sdk.identify({ userId: 'node-user', traits: { email: 'Node@Example.com', name: 'Nora' } });
    sdk.track({
      userId: 'node-user',
      event: 'Order Completed',
      properties: { order_id: 'o-1', revenue: 120, currency: 'USD' },
    });
    sdk.page({
      userId: 'node-user',
      category: 'Shop',
      name: 'Cart',
      properties: { path: '/cart' },
    });
    sdk.screen({ userId: 'node-user', name: 'Checkout' });
    sdk.group({
      userId: 'node-user',
      groupId: 'acme',
      traits: { name: 'Acme', email: 'hi@acme.io' },
    });
    await sdk.closeAndFlush({ timeout: 60_000 });
    expect([new Set(statuses), failures]).toEqual([new Set([200]), []]);

    const profile = await profileOf('user_id', 'node-user');
    expect(namesOf(profile)).toEqual([
      'Alias',
      'Group',
      'Identify',
      'Order Completed',
      'Page Viewed',
      'Product Viewed',
      'Screen Viewed',
    ]);
    expect(profile?.identifiers).toEqual(
      expect.arrayContaining([
        { namespace: 'user_id', value: 'node-user' },
        { namespace: 'anonymous_id', value: 'node-anon' },
        { namespace: 'email', value: 'node@example.com' },
      ]),
    );
    expect(profile?.identifiers).toHaveLength(3);
    expect(profile?.traits).toEqual({
      email: 'Node@Example.com',
      name: 'Nora',
      account_id: 'acme',
    });
    expect(Number(profile?.loyalty.balance)).toBeGreaterThan(0);
    expect(propertiesOf(profile, 'Page Viewed')).toEqual({
      path: '/cart',
      name: 'Cart',
      category: 'Shop',
    });
    expect(
      new Set(profile?.events.edges.map(({ node }) => `${node.source} ${node.channel}`)),
    ).toEqual(new Set(['source:shop-backend server']));
  });

  it('sends again after a 503, and nothing is lost or counted twice', async () => {
    const { sdk, statuses, failures } = createSdk();
    await refusals.refuse('57P03', 1);
    for (const number of [1, 2, 3]) {
      sdk.track({
        userId: 'node-retry',
        event: 'Order Completed',
        properties: { order_id: `r-${number}`, revenue: 10, currency: 'USD' },
      });
    }
    await sdk.closeAndFlush({ timeout: 60_000 });
    await refusals.stop();
    expect([statuses[0], statuses.at(-1), failures]).toEqual([503, 200, []]);
    expect(namesOf(await profileOf('user_id', 'node-retry'))).toEqual(
      Array.from({ length: 3 }, () => 'Order Completed'),
    );
  });

  it('keeps the time that the caller states', async () => {
    const { sdk } = createSdk();
    const timestamp = new Date('2026-03-01T12:00:00.000Z');
    sdk.track({ userId: 'node-past', event: 'Signed In', timestamp });
    await sdk.closeAndFlush({ timeout: 60_000 });
    const profile = await profileOf('user_id', 'node-past');
    const occurredAt = new Date(profile?.events.edges[0]?.node.occurredAt ?? 0);
    // The test's clock stands still: what the SDK's is ahead of it is taken off.
    const aheadMs = Date.now() - api.clock.now().getTime();
    expect(Math.abs(occurredAt.getTime() - (timestamp.getTime() - aheadMs))).toBeLessThan(60_000);
  });
});

describe('@segment/analytics-next', () => {
  let writeKey = '';

  beforeAll(async () => {
    writeKey = await newSource(api, { name: 'shop-web', origins: [new URL(PAGE).origin] });
  });
  afterAll(closePages);

  /** A page with the SDK as it is published for browsers, which asks the server for its settings. */
  function open(url = PAGE) {
    const window = openPage(url, 'https://search.example/');
    window.eval(readFileSync(require.resolve('@segment/analytics-next/dist/umd/index.js'), 'utf8'));
    const { AnalyticsBrowser: Browser } = window['AnalyticsNext'] as {
      readonly AnalyticsBrowser: typeof AnalyticsBrowser;
    };
    return Browser.load({ writeKey, cdnURL: api.url });
  }

  it('identifies, tracks, pages, groups, and the profile is right', async () => {
    const sdk = open();
    const anonymousId = (await sdk.user()).anonymousId() ?? '';
    await sdk.page('Shop', 'Shoes');
    await sdk.identify('web-user', { email: 'web@example.com', plan: 'free' });
    await sdk.track('Product Added', { sku: 's-1' });
    await sdk.group('acme', { name: 'Acme' });

    await until(async () => namesOf(await profileOf('user_id', 'web-user')).length === 4);
    const profile = await profileOf('user_id', 'web-user');
    expect(namesOf(profile)).toEqual(['Group', 'Identify', 'Page Viewed', 'Product Added']);
    expect(profile?.identifiers).toEqual(
      expect.arrayContaining([
        { namespace: 'user_id', value: 'web-user' },
        { namespace: 'anonymous_id', value: anonymousId },
        { namespace: 'email', value: 'web@example.com' },
      ]),
    );
    expect(profile?.traits).toEqual({ email: 'web@example.com', plan: 'free', account_id: 'acme' });
    expect(propertiesOf(profile, 'Page Viewed')).toMatchObject({
      name: 'Shoes',
      category: 'Shop',
      path: '/shoes',
      referrer: 'https://search.example/',
      context: { campaign: { source: 'mail', name: 'spring' } },
    });
    expect(propertiesOf(profile, 'Product Added')).toMatchObject({
      sku: 's-1',
      context: { page: { path: '/shoes', title: 'Shoes' } },
    });
    expect(profile?.events.edges.map(({ node }) => node.channel)).toEqual([
      'web',
      'web',
      'web',
      'web',
    ]);
  });

  it('of an alias after identify makes one of itself, which changes nothing', async () => {
    const sdk = open();
    await sdk.identify('web-alias');
    await sdk.alias('web-other');
    await until(async () => namesOf(await profileOf('user_id', 'web-alias')).length === 2);
    expect(namesOf(await profileOf('user_id', 'web-alias'))).toEqual(['Alias', 'Identify']);
    expect(await profileOf('user_id', 'web-other')).toBeNull();
  });

  it('sends again after a 503', async () => {
    const sdk = open();
    await sdk.ready();
    await refusals.refuse('57P03', 1);
    await sdk.identify('web-retry');
    await until(async () => namesOf(await profileOf('user_id', 'web-retry')).length === 1);
    await refusals.stop();
    const metrics = await (await fetch(`${api.url}/metrics`)).text();
    expect(metrics).toMatch(/http_request_duration_seconds_count\{[^}]*"\/v1\/i",status="503"\} 1/);
  });

  it('of another page is not let in', async () => {
    const said = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const loaded = open('http://evil.example/').then(
      () => 'let in',
      () => 'refused',
    );
    expect(await loaded).toBe('refused');
    said.mockRestore();
  });
});
