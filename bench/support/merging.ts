import type { App } from '../../src/app';
import { median, timed } from './measure';

const DAY_MS = 86_400_000;

/** How a profile came to be. Its identifiers do not depend on it: one. */
export interface History {
  readonly name: string;
  readonly events: number;
  /** Days the events are spread over, the last of them yesterday. */
  readonly activeDays: number;
}

/**
 * What it costs to merge profiles that differ in their history, through the whole pipeline: the
 * event that names both, with the merge, moving house in every domain and the evaluation of the
 * survivor. In turns; each profile is absorbed again and again, every time by an older one.
 * @returns the median of the merges of each history, in milliseconds
 */
export async function measureMerges(
  app: App,
  histories: readonly History[],
  turns: number,
): Promise<readonly number[]> {
  const run = `merge-${histories.map(({ name }) => name).join('-')}`;
  // The oldest first: the survivor of a merge is the older one.
  for (let turn = turns; turn >= 0; turn -= 1) {
    for (const { name } of histories) await visit(app, `${run}-older-${name}-${turn}`);
  }
  for (const history of histories) await live(app, `${run}-${history.name}`, history);
  await app.database.query('analyze');
  const elapsed = histories.map((): number[] => []);
  for (let turn = 0; turn <= turns; turn += 1) {
    for (const [index, { name }] of histories.entries()) {
      const { elapsedMs } = await timed(() =>
        visit(app, `${run}-${name}`, `${run}-older-${name}-${turn}`),
      );
      // The first of each warms up what comes after.
      if (turn > 0) elapsed[index]?.push(elapsedMs);
    }
  }
  for (const { name, events } of histories) await checkMerged(app, `${run}-${name}`, events, turns);
  return elapsed.map(median);
}

/** Somebody looks at a page, today, under all of the names. */
async function visit(app: App, ...names: readonly string[]): Promise<void> {
  await send(app, names, [app.clock.now()]);
}

/** Events in the order they happened. */
async function live(app: App, name: string, { events, activeDays }: History): Promise<void> {
  const yesterday = app.clock.now().getTime() - DAY_MS;
  const moments = Array.from({ length: events }, (_, index) => {
    const day = Math.floor((index * activeDays) / events);
    return new Date(yesterday - (activeDays - 1 - day) * DAY_MS);
  });
  await send(app, [name], moments);
}

async function send(app: App, names: readonly string[], moments: readonly Date[]): Promise<void> {
  const { outcomes } = await app.events.ingest(
    'bench',
    moments.map((occurredAt, index) => ({
      messageId: `${names.join(' ')} ${index}`,
      name: 'Page Viewed',
      occurredAt,
      identifiers: names.map((value) => ({ namespace: 'anonymous_id', value })),
    })),
  );
  if (!outcomes.every((outcome) => outcome.status === 'ACCEPTED')) {
    throw new Error('An event was not accepted.');
  }
}

/** A figure for merges that did not happen would be a good one. */
async function checkMerged(app: App, name: string, events: number, turns: number): Promise<void> {
  const [row] = await app.database.query<{ identifiers: number; events: number }>(
    `select count(distinct s.identifier_id)::int as identifiers, count(*)::int as events
     from identifier i
     join identifier s using (profile_id)
     join event e on e.identifier_id = s.identifier_id
     where i.namespace = 'anonymous_id' and i.value = $1`,
    [name],
  );
  // Each turn brings an identifier with one event of its own, and the event that merges.
  const merges = turns + 1;
  if (row?.identifiers !== merges + 1 || row.events !== events + 2 * merges) {
    throw new Error(`The merges of ${name} are not what they should be: ${JSON.stringify(row)}.`);
  }
}
