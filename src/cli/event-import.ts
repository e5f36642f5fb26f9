import type { App } from '../app';
import { EVENT_BATCH_MAX, type EventOutcome, type IncomingEvent } from '../domains/events';
import type { ImportCheckpoint, ImportIdentity } from '../domains/imports';
import type { Clock } from '../shared/clock';
import { derivedMessageId, type EventLine } from './formats/event-format';
import { ImportTally } from './import-tally';

/** Of the text of one batch, so that long lines do not fill the memory. */
const BATCH_CHARACTERS_MAX = 4 * 1024 * 1024;

/** An import that has not begun, or that begins anew. */
export const NOTHING_YET = {
  lines: 0,
  bytes: 0,
  accepted: 0,
  duplicates: 0,
  quarantined: 0,
  finishedAt: null,
} as const satisfies ImportCheckpoint;

/** What became of a batch, one for each line. */
type TakeIn = (batch: readonly EventLine[]) => Promise<readonly EventOutcome[]>;

/**
 * Takes in the events of a file, batch after batch, and keeps how far it has come. One batch at a
 * time: a second one beside it was measured and gains nothing, since the two wait for the
 * customers they share.
 */
export class EventImport {
  readonly tally = new ImportTally();
  private checkpoint: ImportCheckpoint;

  /** @param save keeps a checkpoint: called after every batch, and never before it was taken in */
  constructor(
    begun: ImportCheckpoint,
    private readonly takeIn: TakeIn,
    private readonly save: (checkpoint: ImportCheckpoint) => Promise<void>,
  ) {
    this.checkpoint = begun;
  }

  /** Over all runs of this import. */
  get soFar(): ImportCheckpoint {
    return this.checkpoint;
  }

  async run(
    lines: AsyncIterable<EventLine>,
    signal: AbortSignal,
    clock: Clock,
    report: (events: number, end: ImportCheckpoint) => void,
  ): Promise<void> {
    for await (const batch of inBatches(lines)) {
      signal.throwIfAborted();
      await this.send(batch);
      await this.save(this.checkpoint);
      report(batch.length, this.checkpoint);
    }
    this.checkpoint = { ...this.checkpoint, finishedAt: clock.now() };
    await this.save(this.checkpoint);
  }

  private async send(batch: readonly EventLine[]): Promise<void> {
    const { tally } = this;
    const { accepted, duplicates, quarantined } = tally;
    const outcomes = await this.takeIn(batch);
    tally.countAll(
      outcomes,
      batch.map(({ lineNumber }) => lineNumber),
    );
    const end = batch.at(-1)?.end ?? this.checkpoint;
    this.checkpoint = {
      lines: end.lines,
      bytes: end.bytes,
      accepted: this.checkpoint.accepted + tally.accepted - accepted,
      duplicates: this.checkpoint.duplicates + tally.duplicates - duplicates,
      quarantined: this.checkpoint.quarantined + tally.quarantined - quarantined,
      finishedAt: null,
    };
  }
}

/** Through the pipeline; what is no event goes to the quarantine. All keep where they stood. */
export function intoPipeline(
  { events }: Pick<App, 'events'>,
  { source, fileName }: Pick<ImportIdentity, 'source' | 'fileName'>,
): TakeIn {
  return async (batch) => {
    const { outcomes } = await events.ingest(source, eventsOf(batch, fileName));
    const unreadable = batch.flatMap((line) =>
      'fault' in line ? [toUnreadable(line, fileName)] : [],
    );
    await events.quarantineUnreadable(source, unreadable);
    return inOrder(batch, outcomes);
  };
}

/** Through the pipeline, and taken back. */
export function intoRehearsal(
  { events, database, clock }: Pick<App, 'events' | 'database' | 'clock'>,
  { source, fileName }: Pick<ImportIdentity, 'source' | 'fileName'>,
): TakeIn {
  return async (batch) => {
    const sent = eventsOf(batch, fileName);
    if (sent.length === 0) return inOrder(batch, []);
    const { outcomes } = await database.rehearse((tx, attempt) =>
      events.ingestIn(tx, source, sent, clock.now(), { attempt }),
    );
    return inOrder(batch, outcomes);
  };
}

async function* inBatches(
  lines: AsyncIterable<EventLine>,
): AsyncGenerator<readonly EventLine[], void, undefined> {
  let batch: EventLine[] = [];
  let characters = 0;
  for await (const line of lines) {
    batch.push(line);
    characters += line.text.length;
    if (batch.length < EVENT_BATCH_MAX && characters < BATCH_CHARACTERS_MAX) continue;
    yield batch;
    batch = [];
    characters = 0;
  }
  if (batch.length > 0) yield batch;
}

function eventsOf(batch: readonly EventLine[], file: string): readonly IncomingEvent[] {
  return batch.flatMap((line) =>
    'event' in line ? [{ ...line.event, fileLine: { file, line: line.lineNumber } }] : [],
  );
}

/** The outcomes of the events of a batch, with those of its broken lines among them. */
function inOrder(
  batch: readonly EventLine[],
  outcomes: readonly EventOutcome[],
): readonly EventOutcome[] {
  const next = outcomes.values();
  return batch.map((line) => {
    if ('fault' in line) return { status: 'QUARANTINED', reason: 'UNREADABLE', detail: line.fault };
    const { value } = next.next();
    if (value === undefined) throw new Error('The pipeline gave no outcome for an event.');
    return value;
  });
}

function toUnreadable(
  { lineNumber, text, fault }: EventLine & { readonly fault: string },
  file: string,
) {
  return {
    messageId: derivedMessageId(lineNumber, text),
    payload: text,
    reason: 'UNREADABLE' as const,
    detail: fault,
    fileLine: { file, line: lineNumber },
  };
}
