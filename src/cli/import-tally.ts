import type { EventOutcome } from '../domains/events';
import { formatTable } from './table';

/** A line that did not become an event that counts. */
interface FaultyLine {
  readonly lineNumber: number;
  readonly message: string;
}

/** Faulty lines shown in a summary; more would bury it. */
const FAULTS_SHOWN_MAX = 5;
/** Line numbers shown for each reason. */
const LINES_SHOWN_MAX = 20;

/** What came of the lines of an import. */
export class ImportTally {
  accepted = 0;
  duplicates = 0;
  quarantined = 0;
  /** Lines that were left out, since nothing could be made of them. */
  unreadable = 0;
  /** The first of them. */
  private readonly faults: FaultyLine[] = [];
  /** How many were quarantined, by reason, and the first of their lines. */
  private readonly reasons = new Map<string, { count: number; readonly lines: number[] }>();

  get events(): number {
    return this.accepted + this.duplicates + this.quarantined;
  }

  get changedNothing(): boolean {
    return this.events > 0 && this.duplicates === this.events;
  }

  /** @param outcomes one for each of the lines */
  countAll(outcomes: readonly EventOutcome[], lineNumbers: readonly number[]): void {
    outcomes.forEach((outcome, index) => {
      this.count(outcome, lineNumbers[index] ?? 0);
    });
  }

  countUnreadable(lineNumber: number, message: string): void {
    this.unreadable += 1;
    this.note(lineNumber, message);
  }

  describeCounts(): string {
    return formatTable(
      ['events', 'count'],
      [
        ['accepted', this.accepted],
        ['duplicates', this.duplicates],
        ['quarantined', this.quarantined],
        ...(this.unreadable > 0 ? [['unreadable lines', this.unreadable] as const] : []),
      ],
    );
  }

  /** Nothing where nothing was quarantined. */
  describeReasons(): string {
    if (this.reasons.size === 0) return '';
    const rows = [...this.reasons].map(([reason, { count, lines }]) => {
      const more = count > lines.length ? ', …' : '';
      return [reason, count, `${lines.join(', ')}${more}`] as const;
    });
    return formatTable(['quarantined for', 'count', 'lines'], rows);
  }

  /** Nothing where there are no faults. */
  describeFaults(): string {
    const shown = this.faults.map(({ lineNumber, message }) => `  line ${lineNumber}: ${message}`);
    const more = this.quarantined + this.unreadable - shown.length;
    return [...shown, ...(more > 0 ? [`  … and ${more} more`] : [])].join('\n');
  }

  describeRate(seconds: number): string {
    const rate = Math.round(this.events / Math.max(seconds, 0.001));
    return `${this.events.toLocaleString('en')} events in ${seconds.toFixed(1)} s: ${rate.toLocaleString('en')} a second.`;
  }

  private count(outcome: EventOutcome, lineNumber: number): void {
    switch (outcome.status) {
      case 'ACCEPTED':
        this.accepted += 1;
        break;
      case 'DUPLICATE':
        this.duplicates += 1;
        break;
      case 'QUARANTINED':
        this.countQuarantined(outcome.reason, lineNumber, outcome.detail);
    }
  }

  private countQuarantined(reason: string, lineNumber: number, detail: string): void {
    this.quarantined += 1;
    const known = this.reasons.get(reason) ?? { count: 0, lines: [] };
    known.count += 1;
    if (known.lines.length < LINES_SHOWN_MAX) known.lines.push(lineNumber);
    this.reasons.set(reason, known);
    this.note(lineNumber, detail);
  }

  private note(lineNumber: number, message: string): void {
    if (this.faults.length < FAULTS_SHOWN_MAX) this.faults.push({ lineNumber, message });
  }
}
