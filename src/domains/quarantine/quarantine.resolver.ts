import { Arg, Args, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import { actorOf } from '../../platform/auth/caller';
import { type Connection, toConnection, withCount } from '../../platform/graphql/connection';
import type { RequestContext } from '../../platform/graphql/context';
import { encodeCursor } from '../../platform/graphql/cursor';
import { instantCursor } from '../../platform/graphql/instant-cursor';
import { PageArguments, readPageArguments } from '../../platform/graphql/page-arguments';
import { fromPublicId, type IdSource, type QuarantineId, toPublicId } from '../../shared/ids';
import { EventInput, toIncoming } from '../events';
import type { ReplayOutcome } from './quarantine.model';
import { QuarantineReads } from './quarantine.reads';
import { QuarantineReplayService } from './quarantine.replay.service';
import { readSelection, toConditions } from './quarantine.selection.input';
import { QuarantineService } from './quarantine.service';
import {
  CorrectQuarantinedEventResult,
  DiscardQuarantinedEventsResult,
  QuarantineCount,
  QuarantinedEvent,
  QuarantinedEventConnection,
  QuarantinedEventsDiscarded,
  QuarantineFilter,
  QuarantineRefused,
  ReplayedEventOutcome,
  ReplayQuarantinedEventsPayload,
} from './quarantine.types';

@Resolver(() => QuarantinedEvent)
export class QuarantineResolver {
  constructor(
    private readonly service: QuarantineService,
    private readonly replays: QuarantineReplayService,
    private readonly reads: QuarantineReads,
    private readonly ids: IdSource,
  ) {}

  @Query(() => QuarantinedEventConnection, {
    description: 'What was sent and cannot count as it is, by its first arrival, newest first.',
  })
  async quarantinedEvents(
    @Args() paging: PageArguments,
    @Arg('filter', { nullable: true, description: 'All of them where left out.' })
    filter?: QuarantineFilter,
  ): Promise<Connection<QuarantinedEvent>> {
    const page = readPageArguments(paging, instantCursor);
    const conditions = toConditions(filter);
    const rows = await this.reads.findPage(conditions, page);
    const connection = toConnection(
      rows,
      page,
      (row) => new QuarantinedEvent(row),
      ({ firstReceivedAt, quarantineId }) => ({ at: firstReceivedAt, id: quarantineId }),
    );
    return withCount(connection, () => this.reads.count(conditions));
  }

  @Query(() => QuarantinedEvent, {
    nullable: true,
    description: 'A quarantined event by its id; null where there is none, or no longer.',
  })
  async quarantinedEvent(
    @Arg('id', () => ID, { description: 'As `QuarantinedEvent.id` gave it.' }) id: string,
  ): Promise<QuarantinedEvent | null> {
    const row = await this.reads.findOne(fromPublicId<QuarantineId>('qtn', id));
    return row === null ? null : new QuarantinedEvent(row);
  }

  @Query(() => [QuarantineCount], {
    description:
      'How many are pending, for each source and reason: the most first; at most 1,000 pairs.',
  })
  quarantineCounts(): Promise<readonly QuarantineCount[]> {
    return this.reads.countPending();
  }

  @Mutation(() => CorrectQuarantinedEventResult, {
    description:
      'Puts an event in the place of what was sent, which stays readable beside it. It is not ' +
      'replayed by that. The message id stays: leave it out, or give the one it has.',
  })
  async correctQuarantinedEvent(
    @Arg('id', () => ID, { description: 'Which one.' }) id: string,
    @Arg('event', () => EventInput, {
      description: 'The whole event as it should have been sent, its time as well.',
    })
    input: EventInput,
    @Arg('reason', () => String, { description: 'Why; at most 500 characters.' }) reason: string,
    @Ctx() context: RequestContext,
  ): Promise<typeof CorrectQuarantinedEventResult> {
    const outcome = await this.service.correct({
      id: fromPublicId<QuarantineId>('qtn', id),
      event: { ...toIncoming(input, this.ids), messageId: input.messageId ?? undefined },
      reason,
      actor: actorOf(context.caller),
    });
    return outcome.kind === 'REFUSED'
      ? new QuarantineRefused(outcome.fault)
      : new QuarantinedEvent(outcome.row);
  }

  @Mutation(() => ReplayQuarantinedEventsPayload, {
    description:
      'Sends pending ones through the pipeline, oldest first: the correction where there is one. ' +
      'Each keeps its source, its message id and its times. What still cannot count stays.',
  })
  async replayQuarantinedEvents(
    @Ctx() context: RequestContext,
    @Arg('ids', () => [ID], { nullable: true, description: 'These, at most 500; or a filter.' })
    ids?: string[] | null,
    @Arg('filter', { nullable: true, description: 'Those pending that it describes; or ids.' })
    filter?: QuarantineFilter,
    @Arg('limit', () => Int, {
      nullable: true,
      description: 'Of a filter: how many at most, 1 … 5,000; 500 where left out.',
    })
    limit?: number | null,
    @Arg('after', () => String, {
      nullable: true,
      description: 'Of a filter: the end of the replay before, to go on after it.',
    })
    after?: string | null,
  ): Promise<ReplayQuarantinedEventsPayload> {
    const selection = readSelection({ ids, filter, limit, after });
    const { outcomes, end } = await this.replays.replay(selection, actorOf(context.caller));
    // Another mutation of this request may have read the profiles as they were before.
    context.clearLoaded();
    const count = (status: ReplayOutcome['status']) =>
      outcomes.filter((outcome) => outcome.status === status).length;
    return {
      accepted: count('ACCEPTED'),
      duplicates: count('DUPLICATE'),
      quarantined: count('QUARANTINED'),
      outcomes: outcomes.map(toOutcome),
      pageInfo: {
        hasNextPage: end !== null,
        // What was replayed is settled: there is nothing to go back to.
        hasPreviousPage: false,
        startCursor: null,
        endCursor: end === null ? null : encodeCursor(instantCursor.write(end)),
      },
    };
  }

  @Mutation(() => DiscardQuarantinedEventsResult, {
    description:
      'Decides that pending ones are never to count. They can be read for a while longer. Sent ' +
      'again with other content, such a message is pending again.',
  })
  async discardQuarantinedEvents(
    @Arg('reason', () => String, { description: 'Why; at most 500 characters.' }) reason: string,
    @Ctx() context: RequestContext,
    @Arg('ids', () => [ID], { nullable: true, description: 'These, at most 500; or a filter.' })
    ids?: string[] | null,
    @Arg('filter', { nullable: true, description: 'All pending that it describes; or ids.' })
    filter?: QuarantineFilter,
  ): Promise<typeof DiscardQuarantinedEventsResult> {
    const selection = readSelection({ ids, filter });
    const actor = actorOf(context.caller);
    const outcome = await this.service.discard(selection, { reason, actor });
    return outcome.kind === 'REFUSED'
      ? new QuarantineRefused(outcome.fault)
      : new QuarantinedEventsDiscarded(outcome.discarded, outcome.skipped);
  }
}

function toOutcome(outcome: ReplayOutcome): ReplayedEventOutcome {
  const { quarantineId, status } = outcome;
  const eventId = 'eventId' in outcome ? outcome.eventId : null;
  const profileId = 'profileId' in outcome ? outcome.profileId : null;
  const isRejected = outcome.status === 'QUARANTINED';
  return {
    id: toPublicId('qtn', quarantineId),
    status,
    eventId: eventId === null ? null : toPublicId('evt', eventId),
    profileId: profileId === null ? null : toPublicId('prf', profileId),
    reason: isRejected ? outcome.reason : null,
    detail: isRejected ? outcome.detail : null,
  };
}
