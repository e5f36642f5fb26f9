import { createUnionType, Field, Float, ID, InputType, ObjectType } from 'type-graphql';
import { countedConnectionType } from '../../platform/graphql/connection';
import { describedEnum } from '../../platform/graphql/described-enum';
import { Node } from '../../platform/graphql/node';
import type { DismissalFault } from './duplicates.errors';
import { toCandidateId } from './duplicates.ids';
import type {
  Agreement,
  CandidateStatus,
  DuplicateCandidateRow,
  DuplicateFeature,
  DuplicateReason as Reason,
} from './duplicates.model';

const features = describedEnum<DuplicateFeature>({
  name: 'DuplicateFeature',
  description: 'What two profiles are compared by.',
  values: {
    NAME: 'The trait `name`, or `firstName` and `lastName`.',
    BIRTH_DATE: 'The trait `birthday`, `birthDate` or `dateOfBirth`.',
    EMAIL: 'E-mail addresses among the identifiers, and the trait `email`.',
    PHONE: 'Telephone numbers among the identifiers, and the trait `phone`.',
    ADDRESS: 'The trait `address`, a text or an object.',
    PERSON_ID: 'Identifiers of a namespace that is unique to a person.',
  },
});

const agreements = describedEnum<Agreement>({
  name: 'DuplicateAgreement',
  description: 'How far two profiles agree in a feature.',
  values: {
    SAME: 'The same, however it is written.',
    SIMILAR: 'Close enough to be the same, mistyped.',
    PARTIAL: 'A part of it is the same.',
    DIFFERENT: 'Not the same.',
  },
});

const statuses = describedEnum<CandidateStatus>({
  name: 'DuplicateStatus',
  description: 'What was decided about a pair.',
  values: {
    OPEN: 'Nobody has decided yet.',
    DISMISSED: 'They are two people. It is not proposed again.',
  },
});

const faultMessages: Readonly<Record<DismissalFault, string>> = {
  REASON_MISSING: 'A dismissal needs a reason.',
  REASON_TOO_LONG: 'The reason is too long.',
  MALFORMED_TEXT: 'The reason holds what cannot be stored: U+0000, or half a surrogate pair.',
};

const faults = describedEnum<DismissalFault>({
  name: 'DismissalFault',
  description: 'What is wrong with a dismissal as asked for.',
  values: faultMessages,
});

@ObjectType({ description: 'One feature that both profiles have, and what it says.' })
export class DuplicateReason {
  @Field(() => features, { description: 'What was compared.' })
  feature!: DuplicateFeature;

  @Field(() => agreements, { description: 'How far the two agree in it.' })
  agreement!: Agreement;

  @Field(() => String, { description: 'As the first of `profiles` has it.' })
  left!: string;

  @Field(() => String, { description: 'As the second of `profiles` has it.' })
  right!: string;

  @Field(() => Float, { description: 'How similar the two are, 0 … 1.' })
  similarity!: number;

  @Field(() => Float, {
    description:
      'In bits: each above zero doubles the odds that they are one person, each below halves them.',
  })
  weight!: number;
}

@ObjectType({
  implements: Node,
  description: 'Two profiles that probably are one person. They are never merged by themselves.',
})
export class DuplicateCandidate {
  constructor(readonly row: DuplicateCandidateRow) {}

  @Field(() => ID, { description: 'Opaque and permanent; names the pair.' })
  get id(): string {
    return toCandidateId(this.row);
  }

  @Field(() => Float, {
    description: 'How probable it is that they are one person, 0 … 1, by the reasons given.',
  })
  get score(): number {
    return this.row.score;
  }

  @Field(() => [DuplicateReason], {
    // Nullable, so that a caller who may not read it still gets the candidate.
    nullable: true,
    description: 'What the score is made of, what speaks for it first. Holds personal data.',
  })
  get reasons(): readonly Reason[] {
    return this.row.reasons;
  }

  @Field(() => statuses, { description: 'What was decided.' })
  get status(): CandidateStatus {
    return this.row.status;
  }

  @Field(() => Date, { description: 'When the pair was proposed, the first time.' })
  get foundAt(): Date {
    return this.row.foundAt;
  }

  @Field(() => Date, { nullable: true, description: 'When it was decided; null while open.' })
  get decidedAt(): Date | null {
    return this.row.decidedAt;
  }

  @Field(() => String, {
    nullable: true,
    description: 'Who decided, e.g. `key:help-desk`; null while open.',
  })
  get decidedBy(): string | null {
    return this.row.decidedBy;
  }

  @Field(() => String, {
    nullable: true,
    description: 'Why, in the words of who decided; null while open.',
  })
  get decisionReason(): string | null {
    return this.row.decisionReason;
  }
}

export const DuplicateCandidateConnection = countedConnectionType(
  'DuplicateCandidate',
  () => DuplicateCandidate,
);

@InputType({ description: 'Which pairs to list; every condition given must hold.' })
export class DuplicateCandidateFilter {
  @Field(() => ID, {
    nullable: true,
    description: 'Of this profile, or of the one that absorbed it.',
  })
  profileId?: string | null;

  @Field(() => Float, { nullable: true, description: 'With this score or a higher one, 0 … 1.' })
  minScore?: number | null;

  @Field(() => statuses, {
    nullable: true,
    description: 'With this status; `OPEN` where left out.',
  })
  status?: CandidateStatus | null;
}

@InputType({ description: 'A pair that turned out to be two people.' })
export class DismissDuplicateInput {
  @Field(() => ID, { description: 'As `DuplicateCandidate.id` gave it.' })
  id!: string;

  @Field(() => String, { description: 'Why, e.g. `Twins`; at most 500 characters.' })
  reason!: string;
}

@ObjectType({
  description:
    'The pair is not proposed, or no longer: what was found has changed, or a merge came first.',
})
export class DuplicateNotFound {
  @Field(() => String, { description: 'One sentence for a person.' })
  readonly message: string = 'No pair of two profiles has this id.';
}

@ObjectType({ description: 'The dismissal is not one that can be made. Nothing was recorded.' })
export class DismissalRefused {
  constructor(fault: DismissalFault) {
    this.fault = fault;
    this.message = faultMessages[fault];
  }

  @Field(() => String, { description: 'One sentence for a person.' })
  readonly message: string;

  @Field(() => faults, { description: 'What is wrong.' })
  readonly fault: DismissalFault;
}

export const DismissDuplicateResult = createUnionType({
  name: 'DismissDuplicateResult',
  description: 'The pair as it was decided, or why it was not.',
  types: () => [DuplicateCandidate, DuplicateNotFound, DismissalRefused] as const,
});
