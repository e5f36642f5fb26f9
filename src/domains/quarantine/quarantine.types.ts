import { GraphQLJSONObject } from 'graphql-scalars';
import { createUnionType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { countedConnectionType, PageInfo } from '../../platform/graphql/connection';
import { describedEnum } from '../../platform/graphql/described-enum';
import { Int64 } from '../../platform/graphql/int64.scalar';
import { Node } from '../../platform/graphql/node';
import { toPublicId } from '../../shared/ids';
import type { JsonObject } from '../../shared/json';
import { readPayload } from '../events';
import { faultMessages, type QuarantineFault } from './quarantine.errors';
import type { QuarantinedRow, QuarantineState, ReplayOutcome } from './quarantine.model';

const states = describedEnum<QuarantineState>({
  name: 'QuarantineState',
  description: 'What became of a quarantined event.',
  values: {
    PENDING: 'Nothing yet.',
    REPLAYED: 'An operator replayed it, and it became an event.',
    SUPERSEDED: 'Its sender corrected it: the message was accepted meanwhile.',
    DISCARDED: 'An operator decided that it is never to count.',
  },
});

const faults = describedEnum<QuarantineFault>({
  name: 'QuarantineFault',
  description: 'Why a decision about quarantined events is not carried out.',
  values: faultMessages,
});

@ObjectType({ description: 'The event that an operator put in the place of what was sent.' })
export class QuarantineCorrection {
  @Field(() => GraphQLJSONObject, { description: 'The event, as a replay sends it.' })
  event!: JsonObject;

  @Field({ description: 'Why, in the words of who corrected it.' })
  reason!: string;

  @Field({ description: 'Who corrected it, e.g. `key:help-desk`.' })
  actor!: string;

  @Field({ description: 'When it was corrected.' })
  correctedAt!: Date;
}

@ObjectType({ description: 'A line of a file.' })
export class FileLine {
  @Field({ description: 'The name of the file without its folder; `-` is standard input.' })
  file!: string;

  @Field(() => Int64, { description: 'From 1; the first of several.' })
  line!: bigint;
}

@ObjectType({
  implements: Node,
  description: 'What was sent and cannot count as it is, kept as it came. Holds personal data.',
})
export class QuarantinedEvent {
  constructor(private readonly row: QuarantinedRow) {}

  @Field(() => ID, { description: 'Opaque and permanent.' })
  get id(): string {
    return toPublicId('qtn', this.row.quarantineId);
  }

  @Field(() => String, { description: 'Who sent it, e.g. `key:crm-sync`.' })
  get source(): string {
    return this.row.source;
  }

  @Field(() => String, { description: 'The message id it was sent with; may be blank.' })
  get messageId(): string {
    return this.row.messageId;
  }

  @Field(() => String, {
    description: 'Why it was set aside, or not accepted at the latest replay; a stable code.',
  })
  get reason(): string {
    return this.row.reason;
  }

  @Field(() => String, { description: 'The same for a person to read.' })
  get detail(): string {
    return this.row.detail;
  }

  @Field(() => String, { description: 'What was sent, as text; the latest where sent again.' })
  get payload(): string {
    return this.row.payload;
  }

  @Field(() => GraphQLJSONObject, {
    nullable: true,
    description: 'The payload as an event; null where it is none, so that it has to be corrected.',
  })
  get event(): JsonObject | null {
    const { payload } = this.row;
    return readPayload(payload) === null ? null : (JSON.parse(payload) as JsonObject);
  }

  @Field(() => QuarantineCorrection, {
    nullable: true,
    description: 'What an operator made of it; null where nobody has.',
  })
  get correction(): QuarantineCorrection | null {
    const { correction, correctionReason, correctedBy, correctedAt } = this.row;
    if (correction === null || correctedAt === null) return null;
    return {
      event: JSON.parse(correction) as JsonObject,
      reason: correctionReason ?? '',
      actor: correctedBy ?? '',
      correctedAt,
    };
  }

  @Field(() => FileLine, {
    nullable: true,
    description: 'Where it stood, of what an import read from a file; null of anything else.',
  })
  get fileLine(): FileLine | null {
    const { fileName, lineNumber } = this.row;
    return fileName === null || lineNumber === null ? null : { file: fileName, line: lineNumber };
  }

  @Field(() => Date, {
    description: 'When it arrived first. An event without `occurredAt` happened then.',
  })
  get firstReceivedAt(): Date {
    return this.row.firstReceivedAt;
  }

  @Field(() => Date, { description: 'When it arrived last.' })
  get lastReceivedAt(): Date {
    return this.row.lastReceivedAt;
  }

  @Field(() => Int, { description: 'How many times it arrived, and was set aside.' })
  get timesReceived(): number {
    return this.row.timesReceived;
  }

  @Field(() => states, { description: 'What became of it.' })
  get state(): QuarantineState {
    return this.row.state;
  }

  @Field(() => ID, {
    nullable: true,
    description: 'REPLAYED: the event it became. SUPERSEDED: the one accepted instead.',
  })
  get eventId(): string | null {
    const { eventId } = this.row;
    return eventId === null ? null : toPublicId('evt', eventId);
  }

  @Field(() => Date, {
    nullable: true,
    description: 'When that was recorded; null while pending.',
  })
  get settledAt(): Date | null {
    return this.row.settledAt;
  }

  @Field(() => String, {
    nullable: true,
    description: 'The operator who replayed or discarded it; null where nobody had to.',
  })
  get settledBy(): string | null {
    return this.row.settledBy;
  }

  @Field(() => String, { nullable: true, description: 'DISCARDED: why.' })
  get settlementReason(): string | null {
    return this.row.settlementReason;
  }
}

export const QuarantinedEventConnection = countedConnectionType(
  'QuarantinedEvent',
  () => QuarantinedEvent,
);

@InputType({ description: 'Which quarantined events; every condition given must hold.' })
export class QuarantineFilter {
  @Field(() => String, { nullable: true, description: 'From this source, e.g. `key:crm-sync`.' })
  source?: string | null;

  @Field(() => String, { nullable: true, description: 'For this reason, e.g. `UNREADABLE`.' })
  reason?: string | null;

  @Field(() => states, {
    nullable: true,
    description: 'In this state. Only pending ones can be replayed or discarded.',
  })
  state?: QuarantineState | null;

  @Field(() => Date, { nullable: true, description: 'Arrived for the first time then or later.' })
  since?: Date | null;

  @Field(() => Date, { nullable: true, description: 'Arrived for the first time before.' })
  until?: Date | null;
}

@ObjectType({ description: 'How many events of one source are pending for one reason.' })
export class QuarantineCount {
  @Field({ description: 'Who sent them.' })
  source!: string;

  @Field({ description: 'Why they were set aside; a stable code.' })
  reason!: string;

  @Field(() => Int64, { description: 'How many.' })
  pending!: bigint;
}

@ObjectType({ description: 'The decision is not carried out. Nothing was changed.' })
export class QuarantineRefused {
  constructor(fault: QuarantineFault) {
    this.fault = fault;
    this.message = faultMessages[fault];
  }

  @Field(() => String, { description: 'One sentence for a person.' })
  readonly message: string;

  @Field(() => faults, { description: 'What is wrong.' })
  readonly fault: QuarantineFault;
}

export const CorrectQuarantinedEventResult = createUnionType({
  name: 'CorrectQuarantinedEventResult',
  description: 'The quarantined event with its correction, or why it has none.',
  types: () => [QuarantinedEvent, QuarantineRefused] as const,
});

@ObjectType({ description: 'What was discarded.' })
export class QuarantinedEventsDiscarded {
  constructor(discarded: number, skipped: number) {
    this.discarded = discarded;
    this.skipped = skipped;
  }

  @Field(() => Int, { description: 'How many are discarded by this.' })
  readonly discarded: number;

  @Field(() => Int, { description: 'Of those named: how many were settled before, or are none.' })
  readonly skipped: number;
}

export const DiscardQuarantinedEventsResult = createUnionType({
  name: 'DiscardQuarantinedEventsResult',
  description: 'What was discarded, or why nothing was.',
  types: () => [QuarantinedEventsDiscarded, QuarantineRefused] as const,
});

const statuses = describedEnum<ReplayOutcome['status']>({
  name: 'ReplayStatus',
  description: 'What became of a quarantined event that was to be replayed.',
  values: {
    ACCEPTED: 'Recorded by this replay, and already part of the profile.',
    DUPLICATE: 'Its message was recorded before; nothing was changed.',
    QUARANTINED: 'It still cannot count, for the reason given.',
    DISCARDED: 'It was discarded before and not replayed.',
    NOT_FOUND: 'There is no quarantined event of this id.',
  },
});

@ObjectType({ description: 'What became of one quarantined event.' })
export class ReplayedEventOutcome {
  @Field(() => ID, { description: 'The quarantined event.' })
  id!: string;

  @Field(() => statuses, { description: 'Whether it counts now.' })
  status!: ReplayOutcome['status'];

  @Field(() => ID, { nullable: true, description: 'ACCEPTED, DUPLICATE: the event.' })
  eventId!: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The profile it belongs to, where this replay sent it through the pipeline.',
  })
  profileId!: string | null;

  @Field(() => String, { nullable: true, description: 'QUARANTINED: why, as of now.' })
  reason!: string | null;

  @Field(() => String, { nullable: true, description: 'The same for a person to read.' })
  detail!: string | null;
}

@ObjectType({ description: 'What became of the quarantined events that were to be replayed.' })
export class ReplayQuarantinedEventsPayload {
  @Field(() => Int, { description: 'How many were recorded by it.' })
  accepted!: number;

  @Field(() => Int, { description: 'How many had been recorded before.' })
  duplicates!: number;

  @Field(() => Int, { description: 'How many still cannot count.' })
  quarantined!: number;

  @Field(() => [ReplayedEventOutcome], { description: 'One for each, in the order they arrived.' })
  outcomes!: readonly ReplayedEventOutcome[];

  @Field(() => PageInfo, {
    description: 'Of a filter: whether more are pending, and the `after` that goes on with them.',
  })
  pageInfo!: PageInfo;
}
