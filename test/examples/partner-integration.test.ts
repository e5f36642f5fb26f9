import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Order, pushOrders } from '../../examples/partner-integration/push-orders';
import { useApi } from '../support/api';
import { EXAMPLES, exampleClient, runExample } from '../support/examples';
import { useRefusals } from '../support/refusals';
import { newSource } from '../support/sources';

const api = useApi();
const refusals = useRefusals(api);
const ORDERS = join(EXAMPLES, 'partner-integration/orders.ndjson');

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perennial-orders-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('pushes a file once, and what was quarantined when it is mended', async () => {
  const access = { url: api.url, key: await newSource(api, { name: 'marketplace' }) };
  const first = await runExample('partner-integration', [ORDERS], access);
  expect(first).toEqual({
    code: 1,
    stdout: '3 accepted, 0 sent before, 1 quarantined\n',
    stderr: 'A-1003 INVALID_PROPERTIES: The currency must be USD.\n',
  });

  const mended = join(folder, 'mended.ndjson');
  await writeFile(mended, (await readFile(ORDERS, 'utf8')).replace('EUR', 'USD'));
  const second = await runExample('partner-integration', [mended], access);
  expect(second).toEqual({
    code: 0,
    stdout: '1 accepted, 3 sent before, 0 quarantined\n',
    stderr: '',
  });

  const { profileByIdentifier: mei } = await api.data<{
    profileByIdentifier: { loyalty: { balance: string }; value: { orders: number } };
  }>(
    `{ profileByIdentifier(identifier: { namespace: "member_card", value: "M-77" }) {
      loyalty { balance } value { orders } } }`,
  );
  expect(mei).toEqual({ loyalty: { balance: '171' }, value: { orders: 2 } });
});

it('divides what is more than a batch, and sends a batch again that was not taken', async () => {
  async function* orders(): AsyncGenerator<Order> {
    for (let number = 1; number <= 5; number += 1) {
      const placedAt = '2026-11-19T10:00:00Z';
      yield { number: `B-${number}`, placedAt, email: 'b@example.com', total: 10, currency: 'USD' };
    }
  }
  const client = exampleClient(api, { wait: async () => undefined });
  await refusals.refuse('57P03', 1);
  const pushed: number[] = [];
  for await (const { accepted } of pushOrders(client, orders(), 2)) pushed.push(accepted);
  await refusals.stop();
  expect(pushed).toEqual([2, 2, 1]);
});
