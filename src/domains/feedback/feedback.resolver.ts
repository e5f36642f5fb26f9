import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { actorOf } from '../../platform/auth/caller';
import { type Connection, toConnection, withCount } from '../../platform/graphql/connection';
import type { RequestContext } from '../../platform/graphql/context';
import { instantCursor } from '../../platform/graphql/instant-cursor';
import { PageArguments, readPageArguments } from '../../platform/graphql/page-arguments';
import { fromPublicId, toPublicId } from '../../shared/ids';
import { IdentityReads, Profile, ProfileNotFound } from '../identity';
import { FeedbackReads } from './feedback.reads';
import { FeedbackService, type SubmitFeedback } from './feedback.service';
import type { FeedbackRow } from './feedback.store';
import {
  Feedback,
  FeedbackConnection,
  FeedbackKind,
  FeedbackSubmitted,
  InvalidFeedbackScore,
  SubmitFeedbackInput,
  SubmitFeedbackResult,
} from './feedback.types';

@Resolver(() => Profile)
export class FeedbackResolver {
  constructor(
    private readonly service: FeedbackService,
    private readonly reads: FeedbackReads,
    private readonly profiles: Pick<IdentityReads, 'profileById'>,
  ) {}

  @Mutation(() => SubmitFeedbackResult, {
    description: 'Records what a customer told. When it answers, the profile shows it.',
  })
  async submitFeedback(
    @Arg('input', { description: 'Who told what.' }) input: SubmitFeedbackInput,
    @Ctx() context: RequestContext,
  ): Promise<typeof SubmitFeedbackResult> {
    const outcome = await this.service.submit(toCommand(input), actorOf(context.caller));
    // Another mutation of this request may have read the profile as it was before.
    context.clearLoaded();
    if (outcome.outcome === 'INVALID_SCORE') {
      const { message, scale } = outcome;
      const refusal = { message, min: scale?.min ?? null, max: scale?.max ?? null };
      return Object.assign(new InvalidFeedbackScore(), refusal);
    }
    if (outcome.outcome === 'PROFILE_NOT_FOUND') return new ProfileNotFound();
    const { feedback, duplicate } = outcome;
    const profile = await context.load(this.profiles.profileById, feedback.profileId);
    if (profile === null) throw new Error('Feedback was recorded for a profile that is not there.');
    const recorded = { feedback: toFeedback(feedback), profile, duplicate };
    return Object.assign(new FeedbackSubmitted(), recorded);
  }

  @FieldResolver(() => FeedbackConnection, {
    nullable: true,
    description: 'What the customer told, newest first.',
  })
  async feedback(
    @Root() profile: Profile,
    @Ctx() context: RequestContext,
    @Args() paging: PageArguments,
  ): Promise<Connection<Feedback>> {
    const page = readPageArguments(paging, instantCursor);
    const key = { profileId: profile.profileId, page };
    const rows = await context.load(this.reads.feedbackByPage, key);
    const connection = toConnection(rows, page, toFeedback, ({ occurredAt, id }) => {
      return { at: occurredAt, id };
    });
    return withCount(connection, () => context.load(this.reads.countByProfile, profile.profileId));
  }
}

function toCommand(input: SubmitFeedbackInput): SubmitFeedback {
  return {
    profileId: fromPublicId('prf', input.profileId),
    kind: input.kind,
    score: input.score ?? null,
    comment: input.comment ?? null,
    sentiment: input.sentiment ?? null,
    channel: input.channel ?? null,
    occurredAt: input.occurredAt ?? null,
    messageId: input.messageId ?? null,
  };
}

function toFeedback(row: FeedbackRow): Feedback {
  const { kind, score, comment, sentimentMilli, channel, occurredAt } = row;
  return {
    id: toPublicId('fbk', row.id),
    kind: FeedbackKind[kind],
    score,
    comment,
    sentiment: sentimentMilli === null ? null : sentimentMilli / 1000,
    channel,
    occurredAt,
  };
}
