import type { Sql } from '../../platform/database/database';
import type { BatchLoad } from '../../platform/graphql/context';
import { type EventCountRow, findEventCounts, listCountedSources } from './events.counts.store';

/** What became of all events of one source, every delivery counted. */
export interface EventCounts {
  readonly source: string;
  readonly accepted: bigint;
  readonly duplicates: bigint;
  readonly quarantined: bigint;
  /** The most frequent first. */
  readonly quarantinedByReason: readonly { readonly reason: string; readonly times: bigint }[];
  /** When its first and its last event arrived, whatever became of it; null before any. */
  readonly firstSeenAt: Date | null;
  readonly lastSeenAt: Date | null;
}

export class EventCountReads {
  constructor(private readonly sql: Sql) {}

  /** Nothing but zeros for a source that never sent anything. */
  readonly countsBySource: BatchLoad<string, EventCounts> = async (sources) => {
    const rowsBySource = new Map<string, EventCountRow[]>(sources.map((source) => [source, []]));
    for (const row of await findEventCounts(this.sql, sources)) {
      rowsBySource.get(row.source)?.push(row);
    }
    return sources.map((source) => toCounts(source, rowsBySource.get(source) ?? []));
  };

  /** Of every source, the last one to send something first; at most 500. */
  async listCounts(): Promise<readonly EventCounts[]> {
    return this.countsBySource(await listCountedSources(this.sql));
  }
}

function toCounts(source: string, rows: readonly EventCountRow[]): EventCounts {
  const times = (outcome: EventCountRow['outcome']) =>
    rows.reduce((sum, row) => (row.outcome === outcome ? sum + row.times : sum), 0n);
  const instants = (pick: (row: EventCountRow) => Date) => rows.map((row) => pick(row).getTime());
  return {
    source,
    accepted: times('ACCEPTED'),
    duplicates: times('DUPLICATE'),
    quarantined: times('QUARANTINED'),
    quarantinedByReason: rows.filter((row) => row.outcome === 'QUARANTINED'),
    firstSeenAt: rows.length === 0 ? null : new Date(Math.min(...instants((row) => row.firstAt))),
    lastSeenAt: rows.length === 0 ? null : new Date(Math.max(...instants((row) => row.lastAt))),
  };
}
