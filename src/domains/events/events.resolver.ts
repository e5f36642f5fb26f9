import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Mutation, Resolver, Root } from 'type-graphql';
import { actorOf } from '../../platform/auth/caller';
import { type Connection, toConnection, withCount } from '../../platform/graphql/connection';
import type { RequestContext } from '../../platform/graphql/context';
import { FieldSearch } from '../../platform/graphql/field-search';
import { instantCursor } from '../../platform/graphql/instant-cursor';
import { PageArguments, readPageArguments } from '../../platform/graphql/page-arguments';
import { InvalidInput } from '../../shared/errors';
import { type IdSource, toPublicId } from '../../shared/ids';
import { IdentityReads, Profile } from '../identity';
import type { EventAdmission, IncomingEvent } from './events.model';
import { EventReads } from './events.reads';
import { EVENT_BATCH_MAX, type EventOutcome, EventService } from './events.service';
import type { EventOfPage } from './events.store';
import {
  Event,
  EventConnection,
  EventInput,
  EventStatus,
  RecordEventsPayload,
  RecordedEventOutcome,
} from './events.types';

@Resolver(() => Profile)
export class EventResolver {
  /** Fields that are not read where nobody asks for any of them: all but `BriefEvent`'s. */
  private readonly details = new FieldSearch(
    'properties',
    'source',
    'messageId',
    'channel',
    'receivedAt',
  );

  constructor(
    private readonly service: EventService,
    private readonly reads: EventReads,
    private readonly profiles: IdentityReads,
    private readonly ids: IdSource,
    private readonly admission: EventAdmission,
  ) {}

  @Mutation(() => RecordEventsPayload, {
    description:
      `Records up to ${EVENT_BATCH_MAX} events. When it answers, they are stored and every ` +
      'profile, stage, tier and balance shows them. A bad event never fails the others.',
  })
  async recordEvents(
    @Arg('events', () => [EventInput], { description: 'In the order they are to be taken.' })
    inputs: EventInput[],
    @Ctx() context: RequestContext,
  ): Promise<RecordEventsPayload> {
    if (inputs.length > EVENT_BATCH_MAX) {
      throw new InvalidInput(`At most ${EVENT_BATCH_MAX} events are taken at once.`, {
        argument: 'events',
        max: EVENT_BATCH_MAX,
      });
    }
    const { caller } = context;
    const allowed = this.admission.admit(caller, inputs.length);
    const events = inputs.map((input) => toIncoming(input, this.ids));
    const { outcomes, profileIds } = await this.service.ingest(actorOf(caller), events, allowed);
    // Another mutation of this request may have read the profiles as they were before.
    context.clearLoaded();
    const profiles = await Promise.all(
      profileIds.map((profileId) => context.load(this.profiles.profileById, profileId)),
    );
    const count = (status: EventOutcome['status']) =>
      outcomes.filter((outcome) => outcome.status === status).length;
    return {
      accepted: count('ACCEPTED'),
      duplicates: count('DUPLICATE'),
      quarantined: count('QUARANTINED'),
      outcomes: outcomes.map((outcome, index) => toOutcome(outcome, events[index])),
      profiles: profiles.filter((profile) => profile !== null),
    };
  }

  @FieldResolver(() => EventConnection, {
    nullable: true,
    description: 'What the customer did, newest first.',
  })
  async events(
    @Root() profile: Profile,
    @Ctx() context: RequestContext,
    @Args() paging: PageArguments,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<Event>> {
    const page = readPageArguments(paging, instantCursor);
    const withDetails = this.details.isAskedBelow(info);
    const key = { profileId: profile.profileId, page, withDetails };
    const rows = await context.load(this.reads.eventsByPage, key);
    const connection = toConnection(rows, page, toEvent, ({ occurredAt, eventId }) => {
      return { at: occurredAt, id: eventId };
    });
    return withCount(connection, () => context.load(this.reads.countByProfile, profile.profileId));
  }
}

/** What a partner wrote, as the pipeline takes it. Without an id of its own it is given one. */
export function toIncoming(input: EventInput, ids: IdSource): IncomingEvent {
  return {
    messageId: input.messageId ?? ids.next(),
    name: input.name,
    occurredAt: input.occurredAt ?? undefined,
    identifiers: input.identifiers.map(({ namespace, value }) => ({ namespace, value })),
    properties: input.properties ?? undefined,
    traits: input.traits ?? undefined,
    channel: input.channel ?? undefined,
    schemaVersion: input.schemaVersion ?? undefined,
  };
}

function toOutcome(outcome: EventOutcome, event: IncomingEvent | undefined): RecordedEventOutcome {
  const isQuarantined = outcome.status === 'QUARANTINED';
  return {
    status: EventStatus[outcome.status],
    messageId: event?.messageId ?? '',
    eventId: isQuarantined ? null : toPublicId('evt', outcome.eventId),
    profileId: isQuarantined ? null : toPublicId('prf', outcome.profileId),
    reason: isQuarantined ? outcome.reason : null,
    detail: isQuarantined ? outcome.detail : null,
    demoted: outcome.status === 'ACCEPTED' ? outcome.demotions : [],
  };
}

/** Of one that was read without details nobody asks for them. */
export function toEvent(row: EventOfPage): Event {
  const { name, occurredAt, receivedAt, source, messageId, channel, properties } = row;
  const id = toPublicId('evt', row.eventId);
  const shown = { id, name, occurredAt, receivedAt, source, messageId, channel, properties };
  return Object.assign(new Event(), shown);
}
