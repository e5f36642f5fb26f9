import type { Client } from '../typed-client/client';
import { type EventInput, PushOrdersDocument } from '../typed-client/generated';

/** An order, as the partner's own system has it. */
export interface Order {
  readonly number: string;
  readonly placedAt: string;
  readonly email: string;
  readonly memberCard?: string;
  readonly total: number;
  readonly currency: string;
}

/** An order that does not count, and why. It is kept on the other side until it is sent mended. */
export interface SetAside {
  readonly number: string;
  readonly reason: string;
  readonly detail: string;
}

export interface Pushed {
  readonly accepted: number;
  readonly duplicates: number;
  readonly setAside: readonly SetAside[];
}

/** As many as the server takes at once. A batch is one transaction there. */
const BATCH_SIZE_MAX = 500;

/** Sends orders in batches, each until it is answered. Whatever was sent before is a duplicate. */
export async function* pushOrders(
  client: Client,
  orders: AsyncIterable<Order>,
  batchSize = BATCH_SIZE_MAX,
): AsyncGenerator<Pushed> {
  let batch: Order[] = [];
  for await (const order of orders) {
    batch.push(order);
    if (batch.length < batchSize) continue;
    yield await pushBatch(client, batch);
    batch = [];
  }
  if (batch.length > 0) yield await pushBatch(client, batch);
}

async function pushBatch(client: Client, orders: readonly Order[]): Promise<Pushed> {
  const events = orders.map(toEvent);
  // The message ids make it safe to send again where no answer came.
  const { recordEvents } = await client.send(
    PushOrdersDocument,
    { events },
    { isRepeatable: true },
  );
  const { accepted, duplicates, outcomes } = recordEvents;
  // Outcomes come in the order of the events.
  const setAside = outcomes.flatMap(({ status, reason, detail }, index) =>
    status === 'QUARANTINED'
      ? [{ number: orders[index]?.number ?? '', reason: reason ?? '', detail: detail ?? '' }]
      : [],
  );
  return { accepted, duplicates, setAside };
}

function toEvent(order: Order): EventInput {
  const { number, placedAt, email, memberCard, total, currency } = order;
  const identifiers = [{ namespace: 'email', value: email }];
  if (memberCard !== undefined) identifiers.push({ namespace: 'member_card', value: memberCard });
  return {
    // The partner's own name of it, the same each time.
    messageId: `order-${number}`,
    name: 'Order Completed',
    occurredAt: placedAt,
    channel: 'marketplace',
    identifiers,
    properties: { order_id: number, revenue: total, currency },
  };
}
