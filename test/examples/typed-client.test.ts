import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { customersAtRisk, findCustomer } from '../../examples/typed-client/customers';
import { ApiError, NoAnswer } from '../../examples/typed-client/errors';
import {
  ProfileByIdentifierDocument,
  PushOrdersDocument,
} from '../../examples/typed-client/generated';
import { newProfile, order, recordEvents, userIdentifier } from '../support/actions';
import { useApi } from '../support/api';
import { exampleClient, runExample } from '../support/examples';
import { useRefusals } from '../support/refusals';
import { newSource } from '../support/sources';

const api = useApi();
const refusals = useRefusals(api);

/** Settings of a client that remembers how long it was to wait, and does not. */
function impatience() {
  const waitsMs: number[] = [];
  const wait = async (ms: number) => {
    waitsMs.push(ms);
  };
  return { waitsMs, wait };
}

/** Ordered every third day of a summer, and is hardly seen any more. */
async function newCustomerAtRisk(userId: string): Promise<string> {
  const orders = Array.from({ length: 26 }, (_, index) =>
    order(userId, 20, { occurredAt: new Date(Date.UTC(2026, 5, 15 + 3 * index)).toISOString() }),
  );
  const { profiles } = await recordEvents(api, orders);
  return profiles[0]?.id ?? '';
}

const visitOf = (userId: string) => ({
  events: [{ messageId: userId, name: 'Page Viewed', identifiers: [userIdentifier(userId)] }],
});

describe('what it finds', () => {
  it('one customer', async () => {
    const id = await newProfile(api, 'ann', { ...order('ann', 120), traits: { name: 'Ann' } });
    const client = exampleClient(api);
    expect(await findCustomer(client, 'ann')).toMatchObject({
      id,
      displayName: 'Ann',
      value: { tier: 'MID' },
      loyalty: { balance: '120' },
    });
    expect(await findCustomer(client, 'nobody')).toBeNull();
  });

  it('all customers at risk, over several pages', async () => {
    const ids: string[] = [];
    for (const userId of ['bea', 'cai', 'dan']) ids.push(await newCustomerAtRisk(userId));
    const found: string[] = [];
    for await (const { id } of customersAtRisk(exampleClient(api), 2)) found.push(id);
    expect(found).toEqual(ids.reverse());
  });

  it('is what its program prints', async () => {
    const id = await newProfile(api, 'eve', { ...order('eve', 30), traits: { name: 'Eve' } });
    const { code, stdout } = await runExample('typed-client', ['eve'], await withKey());
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(
        new RegExp(`^${id} Eve\n[A-Z]+ since .*, value LOW\n30 points, MEMBER\n$`),
      ),
    ]);
    const unknown = await runExample('typed-client', ['nobody'], await withKey());
    expect([unknown.code, unknown.stderr]).toEqual([1, 'Nobody is known as nobody.\n']);
  });
});

describe('a refusal', () => {
  it.each([
    ['of a wrong key', 'prn_live_wrong', { code: 'UNAUTHENTICATED' }],
    ['for want of a scope', null, { code: 'FORBIDDEN', details: { scope: 'events:write' } }],
  ])('%s is an ApiError', async (_, key, expected) => {
    const { wait, waitsMs } = impatience();
    const token = () => key ?? api.key('profiles:read');
    const sending = exampleClient(api, { token, wait }).send(PushOrdersDocument, visitOf('fay'));
    await expect(sending).rejects.toThrow(ApiError);
    await expect(sending).rejects.toMatchObject(expected);
    expect(waitsMs).toEqual([]);
  });
});

describe('sent again', () => {
  it('is what may be repeated, after as long as the server says', async () => {
    const { wait, waitsMs } = impatience();
    await refusals.refuse('57P03', 2);
    const { recordEvents: recorded } = await exampleClient(api, { wait }).send(
      PushOrdersDocument,
      visitOf('gus'),
      { isRepeatable: true },
    );
    await refusals.stop();
    expect(recorded.accepted).toBe(1);
    expect(waitsMs).toEqual([5000, 5000]);
  });

  it('is nothing that would be done twice', async () => {
    const { wait, waitsMs } = impatience();
    await refusals.refuse('57P03', 1);
    const sending = exampleClient(api, { wait }).send(PushOrdersDocument, visitOf('hal'));
    await expect(sending).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 5000 });
    await refusals.stop();
    expect(waitsMs).toEqual([]);
  });

  it('is what came too fast for its source', async () => {
    const { wait, waitsMs } = impatience();
    const key = await newSource(api, { name: 'till', eventsPerMinuteMax: 2500 });
    const client = exampleClient(api, {
      token: () => key,
      wait: async (ms) => {
        await wait(ms);
        api.clock.set(new Date(api.clock.now().getTime() + ms).toISOString());
      },
    });
    for (const batch of [1, 2, 3, 4, 5, 6]) {
      const events = Array.from({ length: 500 }, (_, index) => ({
        messageId: `${batch}-${index}`,
        name: 'Page Viewed',
        identifiers: [userIdentifier('ida')],
      }));
      const sent = await client.send(PushOrdersDocument, { events }, { isRepeatable: true });
      expect(sent.recordEvents.accepted).toBe(500);
    }
    expect(waitsMs).toHaveLength(1);
  });

  it('is a query that got no answer, each time later, and given up in the end', async () => {
    const { wait, waitsMs } = impatience();
    // Nothing listens at the port of "discard".
    const client = exampleClient(api, { url: 'http://127.0.0.1:9/graphql', wait });
    await expect(findCustomer(client, 'ann')).rejects.toThrow(NoAnswer);
    expect(waitsMs).toEqual([500, 1000, 2000]);
  });

  it('is a query that a proxy answered', async () => {
    const { wait, waitsMs } = impatience();
    const proxy = createServer((_, response) => {
      response.writeHead(502).end('<h1>Bad Gateway</h1>');
    });
    await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const finding = findCustomer(exampleClient(api, { url, wait }), 'ann');
    await expect(finding).rejects.toThrow('Status 502, and nothing to read.');
    expect(waitsMs).toHaveLength(3);
    proxy.closeAllConnections();
    proxy.close();
  });

  it('is nothing once nobody waits for it', async () => {
    const { wait, waitsMs } = impatience();
    const client = exampleClient(api, { wait });
    const identifier = userIdentifier('ann');
    const signal = AbortSignal.abort();
    const sending = client.send(ProfileByIdentifierDocument, { identifier }, { signal });
    await expect(sending).rejects.toMatchObject({ name: 'AbortError' });
    expect(waitsMs).toEqual([]);
  });
});

async function withKey() {
  return { url: api.url, key: await api.key() };
}
