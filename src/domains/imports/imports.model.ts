/** What tells one import from another: the same again goes on where the last run stopped. */
export interface ImportIdentity {
  /** What the events are recorded under. */
  readonly source: string;
  readonly fileName: string;
  /** Null where it is not known beforehand. */
  readonly fileBytes: number | null;
  /** Of the first bytes. */
  readonly headDigest: string;
  /** How the file is read: its format, and with a mapping all of that. */
  readonly reading: string;
  /** Lines that are left out on purpose. */
  readonly linesBefore: number;
}

/** How far an import has come. Everything before it is taken in; what is behind it may be. */
export interface ImportCheckpoint {
  /** Lines before it. */
  readonly lines: number;
  /** Bytes of the text, unpacked, before it. */
  readonly bytes: number;
  /** How many events were brought so far, over all runs, by what became of them. */
  readonly accepted: number;
  readonly duplicates: number;
  readonly quarantined: number;
  /** Null while there is more to take in. */
  readonly finishedAt: Date | null;
}
