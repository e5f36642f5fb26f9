import type { EventId, ProfileId, QuarantineId } from '../../shared/ids';

/** What became of a quarantined event. Names are part of the API for ever. */
export type QuarantineState = 'PENDING' | 'REPLAYED' | 'SUPERSEDED' | 'DISCARDED';

export interface QuarantinedRow {
  readonly quarantineId: QuarantineId;
  readonly source: string;
  /** As it was sent; blank where it had none. */
  readonly messageId: string;
  readonly reason: string;
  readonly detail: string;
  /** As it was sent: an event as JSON, or what was no event. */
  readonly payload: string;
  readonly firstReceivedAt: Date;
  readonly lastReceivedAt: Date;
  readonly timesReceived: number;
  /** Where it stood, of what an import read from a file. Both or none. */
  readonly fileName: string | null;
  /** From 1. */
  readonly lineNumber: bigint | null;
  /** What an operator made of it: an event as JSON. This and the next three together or none. */
  readonly correction: string | null;
  readonly correctedAt: Date | null;
  readonly correctedBy: string | null;
  readonly correctionReason: string | null;
  readonly state: QuarantineState;
  /** What it became, or what was accepted instead. */
  readonly eventId: EventId | null;
  /** Null also of one superseded that was not gone through yet. */
  readonly settledAt: Date | null;
  readonly settledBy: string | null;
  readonly settlementReason: string | null;
}

/** Every condition that is not null must hold. */
export interface QuarantineConditions {
  readonly source: string | null;
  readonly reason: string | null;
  readonly state: QuarantineState | null;
  /** Received for the first time then or later. */
  readonly since: Date | null;
  /** Received for the first time before. */
  readonly until: Date | null;
}

export interface QuarantineCount {
  readonly source: string;
  readonly reason: string;
  readonly pending: bigint;
}

/** What became of one that was to be replayed. */
export type ReplayOutcome = { readonly quarantineId: QuarantineId } & (
  | {
      readonly status: 'ACCEPTED' | 'DUPLICATE';
      readonly row: QuarantinedRow;
      readonly eventId: EventId | null;
      /** Null where it was settled before. */
      readonly profileId: ProfileId | null;
    }
  | {
      readonly status: 'QUARANTINED';
      readonly row: QuarantinedRow;
      readonly reason: string;
      readonly detail: string;
    }
  | { readonly status: 'DISCARDED'; readonly row: QuarantinedRow }
  | { readonly status: 'NOT_FOUND' }
);
