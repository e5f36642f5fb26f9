import type { Random } from '../../seeds/random';
import { timed } from './measure';
import { drawPageViews, type PageView } from './page-views';
import type { ServedProcess } from './served';

export const BATCH = 500;
export const BATCH_CONNECTIONS = 4;

/** What each connection sends in one turn, batch by batch. */
export type Turn = readonly (readonly (readonly PageView[])[])[];

export function drawTurn(batchesEach: number, customers: number, random: Random): Turn {
  return Array.from({ length: BATCH_CONNECTIONS }, () =>
    Array.from({ length: batchesEach }, () => drawPageViews(BATCH, customers, random)),
  );
}

/** Sends a turn over HTTP, as SDKs do. @returns how long it took, in milliseconds */
export async function sendTurn(
  server: ServedProcess,
  writeKey: string,
  turn: Turn,
): Promise<number> {
  const bodies = turn.map((batches) => batches.map((batch) => JSON.stringify({ batch })));
  const sent = await timed(() =>
    onEach(bodies, async (body) => checkAccepted(await server.post('/v1/batch', writeKey, body))),
  );
  return sent.elapsedMs;
}

/** The work of each connection one after the other, the connections beside each other. */
export async function onEach<Item>(
  connections: readonly (readonly Item[])[],
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  await Promise.all(
    connections.map(async (items) => {
      for (const item of items) await work(item);
    }),
  );
}

/** @throws where an event was not taken for what it is: then something else is measured */
export function checkAccepted(answer: string): void {
  const { accepted, outcomes } = JSON.parse(answer) as {
    readonly accepted: number;
    readonly outcomes: readonly unknown[];
  };
  if (accepted !== outcomes.length)
    throw new Error(`Not all was taken in: ${answer.slice(0, 500)}`);
}
