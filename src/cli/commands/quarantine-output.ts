import { readPayload } from '../../domains/events';
import type { QuarantineCount, QuarantinedRow, ReplayOutcome } from '../../domains/quarantine';
import { toPublicId } from '../../shared/ids';
import { formatTable } from '../table';

/** As the API names the fields. */
export function toJson(row: QuarantinedRow): object {
  return {
    id: toPublicId('qtn', row.quarantineId),
    source: row.source,
    messageId: row.messageId,
    reason: row.reason,
    detail: row.detail,
    payload: row.payload,
    event: readPayload(row.payload) === null ? null : JSON.parse(row.payload),
    correction:
      row.correction === null
        ? null
        : {
            event: JSON.parse(row.correction),
            reason: row.correctionReason,
            actor: row.correctedBy,
            correctedAt: row.correctedAt,
          },
    fileLine: row.fileName === null ? null : { file: row.fileName, line: Number(row.lineNumber) },
    firstReceivedAt: row.firstReceivedAt,
    lastReceivedAt: row.lastReceivedAt,
    timesReceived: row.timesReceived,
    state: row.state,
    eventId: row.eventId === null ? null : toPublicId('evt', row.eventId),
    settledAt: row.settledAt,
    settledBy: row.settledBy,
    settlementReason: row.settlementReason,
  };
}

export function countsTable(counts: readonly QuarantineCount[]): string {
  if (counts.length === 0) return 'Nothing is pending.\n';
  const rows = counts.map(({ source, reason, pending }) => [source, reason, Number(pending)]);
  return `${formatTable(['source', 'reason', 'pending'], rows)}\n`;
}

export function listTable(rows: readonly QuarantinedRow[], endCursor: string | null): string {
  if (rows.length === 0) return 'There is nothing.\n';
  const table = formatTable(
    ['id', 'received first', 'times', 'state', 'source', 'reason', 'line', 'message id'],
    rows.map((row) => [
      toPublicId('qtn', row.quarantineId),
      `${row.firstReceivedAt.toISOString().slice(0, 19)}Z`,
      row.timesReceived,
      row.correction === null ? row.state : `${row.state}, corrected`,
      oneLine(row.source),
      row.reason,
      row.lineNumber === null ? '' : String(row.lineNumber),
      oneLine(row.messageId),
    ]),
  );
  return `${table}\n${endCursor === null ? '' : `More: --after ${endCursor}\n`}`;
}

export function details(row: QuarantinedRow): string {
  const facts: (readonly [string, string | null])[] = [
    ['id', toPublicId('qtn', row.quarantineId)],
    ['state', row.state],
    ['source', oneLine(row.source)],
    ['message id', oneLine(row.messageId)],
    ['reason', row.reason],
    ['detail', oneLine(row.detail)],
    ['file', row.fileName === null ? null : oneLine(row.fileName)],
    ['line', row.lineNumber === null ? null : String(row.lineNumber)],
    ['received first', row.firstReceivedAt.toISOString()],
    ['received last', row.lastReceivedAt.toISOString()],
    ['times', String(row.timesReceived)],
    ['event', row.eventId === null ? null : toPublicId('evt', row.eventId)],
    ['settled', row.settledAt?.toISOString() ?? null],
    ['settled by', row.settledBy],
    ['settled because', row.settlementReason],
    ['corrected', row.correctedAt?.toISOString() ?? null],
    ['corrected by', row.correctedBy],
    ['corrected because', row.correctionReason],
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  const lines = facts.flatMap(([name, value]) =>
    value === null ? [] : [`${name.padEnd(width)}  ${value}`],
  );
  const isEvent = readPayload(row.payload) !== null;
  return [
    ...lines,
    '',
    isEvent ? 'As it was sent:' : 'As it was sent, which cannot be read as an event:',
    printable(isEvent ? indented(row.payload) : row.payload),
    ...(row.correction === null
      ? []
      : ['', 'As it was corrected:', printable(indented(row.correction))]),
    '',
  ].join('\n');
}

/** How many of each outcome, and each that still cannot count. */
export function replayed(outcomes: readonly ReplayOutcome[]): string {
  if (outcomes.length === 0) return 'There was nothing to replay.\n';
  const counts = new Map<string, number>();
  for (const { status } of outcomes) counts.set(status, (counts.get(status) ?? 0) + 1);
  const rejected = outcomes.flatMap((outcome) =>
    outcome.status === 'QUARANTINED'
      ? [[toPublicId('qtn', outcome.quarantineId), outcome.reason, oneLine(outcome.detail)]]
      : [],
  );
  const parts = [formatTable(['outcome', 'count'], [...counts])];
  if (rejected.length > 0) {
    parts.push(
      formatTable(['quarantined again', 'reason', 'detail'], rejected.slice(0, SHOWN_MAX)),
    );
    if (rejected.length > SHOWN_MAX) parts.push(`… and ${rejected.length - SHOWN_MAX} more`);
  }
  return `${parts.join('\n\n')}\n`;
}

const SHOWN_MAX = 20;

export function outcomeToJson(outcome: ReplayOutcome): object {
  const { quarantineId, status } = outcome;
  const id = toPublicId('qtn', quarantineId);
  if (outcome.status === 'QUARANTINED') {
    return { id, status, reason: outcome.reason, detail: outcome.detail };
  }
  const eventId = 'eventId' in outcome ? outcome.eventId : null;
  return eventId === null ? { id, status } : { id, status, eventId: toPublicId('evt', eventId) };
}

function indented(json: string): string {
  return JSON.stringify(JSON.parse(json), null, 2);
}

/** What a sender chose may hold anything, also what moves a terminal's cursor. */
function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '\uFFFD');
}

/** The same, of a text that may have lines. */
function printable(text: string): string {
  return text.replaceAll(/(?![\n\t])\p{Cc}/gu, '\uFFFD');
}
