import type { ProfileId } from '../../shared/ids';

/** What two profiles are compared by. Names are part of the API for ever. */
export type DuplicateFeature = 'NAME' | 'BIRTH_DATE' | 'EMAIL' | 'PHONE' | 'ADDRESS' | 'PERSON_ID';

/** How far a feature agrees. Names are part of the API for ever. */
export type Agreement = 'SAME' | 'SIMILAR' | 'PARTIAL' | 'DIFFERENT';

export type CandidateStatus = 'OPEN' | 'DISMISSED';

/** Two profiles, the one with the lesser id first: however they are found, it is one pair. */
export interface ProfilePair {
  readonly profileId: ProfileId;
  readonly otherProfileId: ProfileId;
}

/** One feature that both profiles have, with what it says of them being one person. */
export interface DuplicateReason {
  readonly feature: DuplicateFeature;
  readonly agreement: Agreement;
  /** As the first and the second profile have it, in the form that was compared. */
  readonly left: string;
  readonly right: string;
  /** 0 to 1. */
  readonly similarity: number;
  /** Bits: each doubles the odds that they are one person, each below zero halves them. */
  readonly weight: number;
}

export interface ScoredPair extends ProfilePair {
  /** 0 to 1: the probability that a pair with these reasons is one person. */
  readonly score: number;
  readonly reasons: readonly DuplicateReason[];
}

export interface DuplicateCandidateRow extends ScoredPair {
  readonly status: CandidateStatus;
  readonly foundAt: Date;
  readonly decidedAt: Date | null;
  readonly decidedBy: string | null;
  readonly decisionReason: string | null;
}

export interface PersonName {
  /** As it was told. */
  readonly text: string;
  /** Folded and in order of the alphabet, since people write them in any. At least one. */
  readonly words: readonly string[];
  /** The folded family name, as far as it can be told. */
  readonly family: string;
}

export interface Mailbox {
  /** As the identity policy normalises it. */
  readonly text: string;
  /** The local part without dots and plus tag. */
  readonly skeleton: string;
  readonly domain: string;
}

export interface PostalAddress {
  /** As it was told, in one line. */
  readonly text: string;
  /** Folded, each once, in order of the alphabet. */
  readonly words: readonly string[];
  /** Whether it says more than a town. */
  readonly hasStreet: boolean;
  /** Null where it was not told by itself. */
  readonly postalCode: string | null;
}

export interface PersonId {
  /** Unique to a person by the identity policy. */
  readonly namespace: string;
  readonly value: string;
}

/** What is known of a profile that may tell who it is. Lists are in order, each member once. */
export interface Evidence {
  readonly name: PersonName | null;
  /** `YYYY-MM-DD`. */
  readonly birthDate: string | null;
  readonly mailboxes: readonly Mailbox[];
  readonly phones: readonly string[];
  readonly address: PostalAddress | null;
  readonly personIds: readonly PersonId[];
}
