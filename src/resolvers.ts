import type { App } from './app';
import { ActivityResolver } from './domains/activity';
import { CommunityActivityResolver, CommunityResolver } from './domains/community';
import { ConsentResolver } from './domains/consents';
import { DirectoryResolver } from './domains/directory';
import { DuplicateResolver } from './domains/duplicates';
import { EventSchemaResolver, EventSchemaViolationResolver } from './domains/event-schemas';
import { EventResolver } from './domains/events';
import { FeedbackResolver } from './domains/feedback';
import {
  IdentityLogResolver,
  IdentityResolver,
  ProfileLiveResolver,
  profileChanges,
} from './domains/identity';
import {
  LifecycleFlowResolver,
  LifecycleGoalResolver,
  LifecycleHistoryResolver,
  LifecycleLiveResolver,
  LifecycleMissingResolver,
  LifecyclePreviewResolver,
  LifecycleProposalResolver,
  LifecycleReasonResolver,
  LifecycleResolver,
  LifecycleRolloutResolver,
  LifecycleScoreResolver,
  LifecycleTriggerResolver,
  LifecycleVersionProposalResolver,
  LifecycleVersionResolver,
  LifecycleVocabularyResolver,
  NextStagesResolver,
  stageChanges,
} from './domains/lifecycle';
import {
  LoyaltyAccountResolver,
  LoyaltyLiveResolver,
  LoyaltyResolver,
  LoyaltyTransactionResolver,
  ownBalanceChanges,
} from './domains/loyalty';
import { MergesResolver } from './domains/merges';
import { QuarantineResolver } from './domains/quarantine';
import { ReferralResolver, ReferralSummaryResolver } from './domains/referrals';
import { SourceResolver } from './domains/sources';
import { ValueResolver } from './domains/value';
import { nodeKinds } from './nodes';
import { ApiKeyResolver } from './platform/auth/api-key.resolver';
import { NodeResolver } from './platform/graphql/node.resolver';
import type { ResolverClass, ResolverInstances } from './platform/graphql/resolver-instances';
import type { SubscriptionSources } from './platform/graphql/subscriptions/sources';

/** Every resolver of the API: the schema is made of these. */
export const resolverClasses: readonly ResolverClass[] = [
  ActivityResolver,
  ApiKeyResolver,
  CommunityActivityResolver,
  CommunityResolver,
  ConsentResolver,
  DirectoryResolver,
  DuplicateResolver,
  EventResolver,
  EventSchemaResolver,
  EventSchemaViolationResolver,
  FeedbackResolver,
  IdentityLogResolver,
  IdentityResolver,
  LifecycleFlowResolver,
  LifecycleGoalResolver,
  LifecycleHistoryResolver,
  LifecycleLiveResolver,
  LifecycleMissingResolver,
  LifecycleReasonResolver,
  LifecycleResolver,
  LifecycleScoreResolver,
  LifecycleTriggerResolver,
  NextStagesResolver,
  NodeResolver,
  LifecyclePreviewResolver,
  LifecycleProposalResolver,
  LifecycleRolloutResolver,
  LifecycleVersionProposalResolver,
  LifecycleVersionResolver,
  LifecycleVocabularyResolver,
  LoyaltyAccountResolver,
  LoyaltyLiveResolver,
  LoyaltyResolver,
  LoyaltyTransactionResolver,
  MergesResolver,
  ProfileLiveResolver,
  QuarantineResolver,
  ReferralResolver,
  ReferralSummaryResolver,
  SourceResolver,
  ValueResolver,
];

export function createResolvers(app: App): ResolverInstances {
  const { reads } = app;
  const profiles = reads.identity;
  const instances = [
    new ActivityResolver(reads.activity),
    new ApiKeyResolver(app.apiKeys),
    new CommunityActivityResolver(reads.community),
    new CommunityResolver(app.community, profiles),
    new ConsentResolver(reads.consents),
    new DirectoryResolver(reads.directory, {
      stages: (model) => reads.lifecycle.stageNames(model),
      membershipTiers: reads.loyalty.tierNames,
      currency: app.currency,
    }),
    new DuplicateResolver(app.duplicates, reads.duplicates, profiles),
    new EventResolver(app.events, reads.events, profiles, app.ids, app.sourceCallers),
    new EventSchemaResolver(app.eventSchemas, reads.eventSchemas),
    new EventSchemaViolationResolver(app.eventSchemaPreviews, reads.eventSchemas),
    new FeedbackResolver(app.feedback, reads.feedback, profiles),
    new IdentityLogResolver(reads.identityLog),
    new IdentityResolver(profiles),
    new LifecycleFlowResolver(reads.lifecycleGoals, app.clock),
    new LifecycleGoalResolver(reads.lifecycleGoals, app.currency, app.clock),
    new LifecycleHistoryResolver(reads.lifecycle),
    new LifecycleLiveResolver(profiles),
    new LifecycleMissingResolver(app.currency),
    new LifecycleReasonResolver(app.currency),
    new LifecycleResolver(reads.lifecycle, reads.activity, app.clock),
    new LifecycleScoreResolver(reads.lifecycleScores),
    new LifecycleTriggerResolver(app.lifecycleTriggers),
    new LifecyclePreviewResolver(app.lifecyclePreviews, profiles),
    new LifecycleProposalResolver(
      app.lifecycleProposals,
      reads.lifecycleProposals,
      reads.lifecycleVersions,
    ),
    new LifecycleVersionProposalResolver(reads.lifecycleProposals),
    new LifecycleRolloutResolver(reads.lifecycleRollout, app.clock),
    new LifecycleVersionResolver(app.lifecycleVersions, reads.lifecycleVersions),
    new LifecycleVocabularyResolver(),
    new LoyaltyAccountResolver(reads.loyalty),
    new LoyaltyLiveResolver(),
    new LoyaltyResolver(app.loyalty),
    new LoyaltyTransactionResolver(),
    new NextStagesResolver(reads.lifecycle, reads.activity),
    new NodeResolver(nodeKinds(app)),
    new MergesResolver(app.merges, profiles),
    new ProfileLiveResolver(),
    new QuarantineResolver(app.quarantine, app.quarantineReplay, reads.quarantine, app.ids),
    new ReferralResolver(app.referrals, profiles),
    new ReferralSummaryResolver(reads.referrals),
    new SourceResolver(app.sources, reads.sources, reads.eventCounts),
    new ValueResolver(reads.value, app.currency, app.clock),
  ];
  return new Map(instances.map((instance) => [instance.constructor, instance]));
}

/** Where the events of each subscription come from. */
export function createSubscriptionSources({ live, reads, database }: App): SubscriptionSources {
  const { feed } = live;
  return new Map([
    ['profileChanged', profileChanges(feed, reads.identity)],
    ['lifecycleTransitions', stageChanges(feed, database, reads.lifecycle)],
    ['loyaltyBalanceChanged', ownBalanceChanges(feed, reads.identity)],
  ]);
}
