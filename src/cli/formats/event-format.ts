import type { IncomingEvent } from '../../domains/events';
import { digestOf } from '../../shared/digest';
import type { Line, Position } from './lines';

/** A text that can be read from its beginning on, or from where an earlier run came to. */
export interface TextSource {
  /**
   * @returns the text from `position` on where the source can go there, else from its beginning;
   *   and where that is
   */
  openAt(position: Position): {
    readonly chunks: AsyncIterable<Uint8Array>;
    readonly from: { readonly lines: number; readonly bytes: number };
  };
}

/** What stood on one or several lines. */
interface PlacedText {
  /** The line it begins on, from 1. */
  readonly lineNumber: number;
  /** Behind it. */
  readonly end: { readonly lines: number; readonly bytes: number };
  readonly text: string;
}

/** An event that a text holds, or why what stands there is none. */
export type EventLine = PlacedText &
  ({ readonly event: IncomingEvent } | { readonly fault: string });

/** What is read as an event; a fault is one sentence for a person. */
export type ReadEvent = IncomingEvent | { readonly fault: string };

/**
 * A form in which files hold events. What begins on a line up to `after` is passed over; blank
 * lines are too.
 */
export type EventFormat = (
  source: TextSource,
  after: Position,
) => AsyncGenerator<EventLine, void, undefined>;

/**
 * Bytes of one line, and of a record of several. Far more than an event may have, so that one that
 * is too large is told as that.
 */
export const RECORD_BYTES_MAX = 1024 * 1024;

/**
 * The message id of what has none of its own: its line and its content. The line tells equal
 * content apart, and is the same in every run, wherever that begins; the content makes another
 * event of a line that was changed.
 */
export function derivedMessageId(lineNumber: number, content: string): string {
  return `line:${lineNumber}:${digestOf(content)}`;
}

export function describeLineFault(fault: NonNullable<Line['fault']>): string {
  return fault === 'TOO_LONG'
    ? `The line has more than ${RECORD_BYTES_MAX.toLocaleString('en')} bytes.`
    : 'The line is not text in UTF-8.';
}

export function placeEvent(place: PlacedText, read: ReadEvent): EventLine {
  const { lineNumber, end, text } = place;
  return 'fault' in read
    ? { lineNumber, end, text, fault: read.fault }
    : { lineNumber, end, text, event: read };
}
