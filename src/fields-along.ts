import type { FieldsByType } from './platform/auth/field-rule';

/**
 * Fields that go with the field that led to them: whoever was let so far sees them, and they are
 * personal to nobody. Every field of every type is here or has a rule in `field-access.ts`; the
 * process does not start otherwise. Before a new one is added here: is it personal data, or of
 * another customer, or what some who get this far may not see? Then it needs a rule.
 */

/** Where customers get to, through `me`. Nothing here is of anybody else. */
export const alongForCustomers = {
  CommunityActivity: 'lastActiveAt recent score total windowDays',
  CommunityCounts: 'answers checkIns comments eventsAttended likes posts shares',
  Consent: 'decidedAt purpose status',
  Count: 'kind value',
  Event: 'channel id messageId name occurredAt receivedAt source',
  EventConnection: 'edges pageInfo totalCount',
  EventEdge: 'cursor node',
  ExpiringPoints: 'lots points',
  Feedback: 'channel id kind occurredAt score sentiment',
  FeedbackConnection: 'edges pageInfo totalCount',
  FeedbackEdge: 'cursor node',
  Identifier: 'firstSeenAt lastSeenAt namespace',
  LoyaltyTransaction: 'account id kind occurredAt points postedAt reason',
  LoyaltyTransactionConnection: 'edges pageInfo totalCount',
  LoyaltyTransactionEdge: 'cursor node',
  PageInfo: 'endCursor hasNextPage hasPreviousPage startCursor',
  PointsLot: 'earnedAt expiresAt id points pointsEarned',
  PointsLotConnection: 'edges pageInfo',
  PointsLotEdge: 'cursor node',
  Referral: 'claimedAt code convertedAt status',
  ReferralConnection: 'edges pageInfo',
  ReferralEdge: 'cursor node',
  ReferralSummary: 'code converted invited',
} as const satisfies FieldsByType;

/** Where only keys get to; a start at which customers got there would fail. */
export const alongForKeys = {
  AdjustmentRefused: 'fault limit message',
  AlreadyReferred: 'message referral',
  ApiKey: 'createdAt createdBy id lastUsedAt name revokedAt scopes',
  ChurnRiskDriver: 'fact value weight',
  CodeTaken: 'code message',
  CommunityActivityRecorded: 'duplicate profile',
  CreateApiKeyPayload: 'apiKey secret',
  CustomerValue: 'averageOrderValue lastOrderAt lifetimeRevenue orders rfm tier tierSince',
  DayQuartiles: 'high low median',
  DemotedIdentifier: 'namespace reason value',
  DismissalRefused: 'fault message',
  DuplicateCandidate: 'decidedAt decidedBy decisionReason foundAt id profiles score status',
  DuplicateCandidateConnection: 'edges pageInfo totalCount',
  DuplicateCandidateEdge: 'cursor node',
  DuplicateNotFound: 'message',
  DuplicateReason: 'agreement feature similarity weight',
  EmailProviderSetting: 'aliases domain dropPlusTags ignoreDots',
  EventSchema:
    'activatedAt activatedBy enforcement id name registeredAt registeredBy retiredAt ' +
    'retiredBy schema status version',
  EventSchemaConnection: 'edges pageInfo',
  EventSchemaEdge: 'cursor node',
  EventSchemaFinding: 'path rule samples times',
  EventSchemaNotFound: 'message',
  EventSchemaPreview: 'examined findings newestAt oldestAt quarantined stripped violating',
  EventSchemaRefused: 'fault message place',
  EventSchemaSample: 'eventId messageId place receivedAt schemaVersion',
  EventSchemaViolation: 'firstAt lastAt name path rule samples source times version',
  EventSchemaViolationConnection: 'edges pageInfo',
  EventSchemaViolationEdge: 'cursor node',
  FeedbackSubmitted: 'duplicate feedback profile',
  FileLine: 'file line',
  IdempotencyKeyReused: 'idempotencyKey message',
  IdentifierName: 'namespace',
  IdentityLink: 'eventId id linkedAt source',
  IdentityLogConnection: 'edges pageInfo',
  IdentityLogEdge: 'cursor node',
  IdentityLogEntry:
    'absorbedId eventId identifier kind lastAt linkId linkedTo mergeId reason recordedAt ' +
    'rule source survivorId times',
  IdentityPolicySettings:
    'emailProviders identifiersPerProfileMax junkValues mergesPerProfileMax namespaces ' +
    'phoneRegion propertyMasking relinking tenantsPerIdentifierMax traitMasking ' +
    'traitStrategies valueLengthMax',
  IdentityWarning: 'eventId identifier lastAt occurredAt profileId recordedAt rule source times',
  IdentityWarningConnection: 'edges pageInfo',
  IdentityWarningCount: 'rule source times',
  IdentityWarningEdge: 'cursor node',
  InsufficientPoints: 'balance message requested',
  InvalidCode: 'message',
  InvalidFeedbackScore: 'max message min',
  InvalidLifecycleModel: 'faults message',
  Lifecycle:
    'atRisk atRiskReasons atRiskSince churnRisk churnRiskDrivers history model modelVersion ' +
    'nextEvaluationAt nextStages probabilityActive reasons scores since stage',
  LifecycleFact: 'description label max min name unit',
  LifecycleFlow: 'flows knownAt model since stages until',
  LifecycleGoalPeriod: 'isComplete knownAt since stages until',
  LifecycleGoalPeriodConnection: 'edges pageInfo',
  LifecycleGoalPeriodEdge: 'cursor node',
  LifecycleMissing: 'basis fact operator text threshold unit value',
  LifecycleModelNotFound: 'message',
  LifecycleModelRefused: 'fault message',
  LifecycleModelVersion:
    'document id inForceSince isDefault name note proposal savedAt savedBy status version',
  LifecycleModelVersionConnection: 'edges pageInfo',
  LifecycleModelVersionEdge: 'cursor node',
  LifecycleMove: 'customers examples from share to',
  LifecyclePreview: 'atRiskAfter atRiskBefore customers evaluatedAt moved moves share tookSeconds',
  LifecycleProposal:
    'basedOn cadenceDays cadenceDaysBefore changes draft drift proposedAt repurchaseDays ' +
    'repurchaseDaysBefore stages',
  LifecycleReason: 'basis fact operator text threshold unit value',
  LifecycleRolloutProgress:
    'done finishedAt percentage ratePerSecond secondsLeft startedAt total version',
  LifecycleScores: 'behaviour emotion value',
  LifecycleStageFigures: 'cadenceDays customers stage tenureDays',
  LifecycleStageFlow:
    'appeared inflow outflow reclassifiedIn reclassifiedOut sizeAtBegin sizeAtEnd stage',
  LifecycleStageGoals:
    'appeared arpu buyersAtBegin churnRate conversionRate inflow medianStayDays nps ' +
    'npsAnswers outflow reclassifiedIn reclassifiedOut remained repurchaseRate revenue ' +
    'sizeAtBegin sizeAtEnd stage',
  LifecycleStagePairFlow: 'byEvent byModel byTime from moves to',
  LifecycleStageChange: 'from model profile profileId since to',
  LifecycleTransition: 'cause from id modelVersion occurredAt reasons to',
  LifecycleTransitionConnection: 'edges pageInfo',
  LifecycleTransitionEdge: 'cursor node',
  MaskingSetting: 'masking name',
  MergeRefused: 'canBeForced message profile reasons',
  Money: 'amount currency',
  NamespaceLimitSetting: 'max windowDays',
  NamespaceSetting: 'followsPerson limit name normaliser priority uniqueToPerson',
  NextLifecycleStage: 'missing stage',
  NotANewCustomer: 'message',
  ProfileConnection: 'edges pageInfo totalCount',
  ProfileEdge: 'cursor node',
  ProfileMerge: 'absorbedId eventId id mergedAt reason source survivorId',
  ProfileNotFound: 'message',
  ProfileUnmerged: 'after before dryRun profiles revokedLinkIds unmergeId',
  ProfilesMerged: 'after before dryRun mergeId overridden profile',
  QuarantineCorrection: 'actor correctedAt reason',
  QuarantineCount: 'pending reason source',
  QuarantineRefused: 'fault message',
  QuarantinedEvent:
    'correction detail eventId fileLine firstReceivedAt id lastReceivedAt messageId reason ' +
    'settledAt settledBy settlementReason source state timesReceived',
  QuarantinedEventConnection: 'edges pageInfo totalCount',
  QuarantinedEventEdge: 'cursor node',
  QuarantinedEventsDiscarded: 'discarded skipped',
  RecordEventsPayload: 'accepted duplicates outcomes profiles quarantined',
  RecordedEventOutcome: 'demoted detail eventId messageId profileId reason status',
  ReferralCode: 'code createdAt profile',
  ReferralCodeNotFound: 'message',
  ReferralCycle: 'message',
  RejectionCount: 'reason times',
  ReplayQuarantinedEventsPayload: 'accepted duplicates outcomes pageInfo quarantined',
  ReplayedEventOutcome: 'detail eventId id profileId reason status',
  RfmScore: 'frequency monetary orderCount recency recencyDays segment',
  Score: 'components score',
  ScoreComponent: 'fact points pointsMax value',
  SelfReferral: 'message',
  Source:
    'actor counters createdAt createdBy disabledAt eventNames eventsPerMinuteMax id name ' +
    'namespaces origins scopes writeKeys',
  SourceCounters:
    'accepted duplicates firstSeenAt lastSeenAt quarantined quarantinedByReason source',
  SourceCreated: 'secret source writeKey',
  SourceNameTaken: 'message name',
  TraitStrategySetting: 'strategy trait',
  UnmergeRefused: 'connectedBy message reason',
  WriteKey: 'createdAt createdBy id lastUsedAt revokedAt',
  WriteKeyAdded: 'secret writeKey',
  WriteKeyLimitReached: 'message writeKeysMax',
} as const satisfies FieldsByType;
