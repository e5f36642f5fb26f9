import { alongForCustomers, alongForKeys } from './fields-along';
import type { FieldAccess, FieldAccessTable } from './platform/auth/field-rule';

/**
 * Who may ask for what. `scope` is what an API key needs; where there is an `orScope`, that will do
 * as well; what `goesAlong` is open to every key that was let to the field before. `customer`
 * admits a customer with a token of their own, who reaches one profile only: theirs, through `me`.
 *
 * `masked` are personal data: keys without `personal-data:read` see them by the mask named.
 * `pseudonymous` is what may be of another customer: a customer sees a pseudonym of it.
 *
 * Every field of the schema has a row here or goes along by `fields-along.ts`; the process does not
 * start otherwise.
 */
export const fieldAccess = {
  'Query.me': { customer: true },
  // By the rule of the field that usually leads to what is asked for: `nodes.ts`.
  'Query.node': { anyKey: true, customer: true, customersReach: ['Profile'] },
  'Query.nodes': { anyKey: true, customer: true, customersReach: ['Profile'] },
  'Query.profile': { scope: 'profiles:read' },
  'Query.profileByIdentifier': { scope: 'profiles:read' },
  'Query.lifecycleFlow': { scope: 'profiles:read' },
  'Query.lifecycleStageGoals': { scope: 'profiles:read' },
  'Query.identityPolicy': { scope: 'profiles:read' },
  'Query.profiles': { scope: 'profiles:read' },
  'Query.duplicateCandidates': { scope: 'profiles:read' },
  'Query.identityWarnings': { scope: 'profiles:read' },
  'Query.identityWarningCounts': { scope: 'profiles:read' },
  // What was sent is personal data, and more of it than what was taken in.
  'Query.quarantinedEvents': { scope: 'quarantine:manage' },
  'Query.quarantinedEvent': { scope: 'quarantine:manage' },
  'Query.quarantineCounts': { scope: 'quarantine:manage' },
  'Query.eventSchemas': { scope: 'schemas:manage' },
  'Query.eventSchema': { scope: 'schemas:manage' },
  'Query.eventSchemaViolations': { scope: 'schemas:manage' },
  'Query.previewEventSchema': { scope: 'schemas:manage' },
  'Query.lifecycleModels': { scope: 'lifecycle:read' },
  'Query.lifecycleModel': { scope: 'lifecycle:read' },
  'Query.lifecycleModelSchema': { scope: 'lifecycle:read' },
  'Query.lifecycleFacts': { scope: 'lifecycle:read' },
  'Query.lifecycleProposal': { scope: 'lifecycle:read' },
  'Query.lifecycleRollout': { scope: 'lifecycle:read' },
  // It reads the days of everybody.
  'Query.previewLifecycleModel': { scope: 'lifecycle:manage' },
  'Query.apiKeys': { scope: 'keys:manage' },
  'Query.sources': { scope: 'sources:manage' },
  'Query.source': { scope: 'sources:manage' },
  'Query.sourceCounters': { scope: 'sources:manage' },

  'Mutation.recordEvents': { scope: 'events:write' },
  'Mutation.correctQuarantinedEvent': { scope: 'quarantine:manage' },
  'Mutation.replayQuarantinedEvents': { scope: 'quarantine:manage' },
  'Mutation.discardQuarantinedEvents': { scope: 'quarantine:manage' },
  'Mutation.mergeProfiles': { scope: 'profiles:merge' },
  'Mutation.acceptDuplicate': { scope: 'profiles:merge' },
  'Mutation.unmergeProfile': { scope: 'profiles:merge' },
  'Mutation.adjustPoints': { scope: 'loyalty:adjust' },
  'Mutation.submitFeedback': { scope: 'feedback:write' },
  'Mutation.recordCommunityActivity': { scope: 'community:write' },
  'Mutation.createReferralCode': { scope: 'referrals:write' },
  'Mutation.claimReferral': { scope: 'referrals:write' },
  'Mutation.dismissDuplicate': { scope: 'profiles:merge' },
  'Mutation.registerEventSchema': { scope: 'schemas:manage' },
  'Mutation.activateEventSchema': { scope: 'schemas:manage' },
  'Mutation.retireEventSchema': { scope: 'schemas:manage' },
  'Mutation.saveLifecycleModel': { scope: 'lifecycle:manage' },
  'Mutation.activateLifecycleModel': { scope: 'lifecycle:manage' },
  'Mutation.rollBackLifecycleModel': { scope: 'lifecycle:manage' },
  'Mutation.retireLifecycleModel': { scope: 'lifecycle:manage' },
  'Mutation.proposeLifecycleModel': { scope: 'lifecycle:manage' },
  'Mutation.createApiKey': { scope: 'keys:manage' },
  'Mutation.revokeApiKey': { scope: 'keys:manage' },
  'Mutation.createSource': { scope: 'sources:manage' },
  'Mutation.updateSource': { scope: 'sources:manage' },
  'Mutation.addWriteKey': { scope: 'sources:manage' },
  'Mutation.revokeWriteKey': { scope: 'sources:manage' },
  'Mutation.disableSource': { scope: 'sources:manage' },
  'Mutation.enableSource': { scope: 'sources:manage' },

  'Subscription.profileChanged': { scope: 'profiles:read' },
  'Subscription.lifecycleTransitions': { scope: 'profiles:read' },
  'Subscription.loyaltyBalanceChanged': { customer: true },

  'Profile.id': { scope: 'profiles:read', customer: true },
  'Profile.createdAt': { scope: 'profiles:read', customer: true },
  'Profile.firstSeenAt': { scope: 'profiles:read', customer: true },
  'Profile.lastSeenAt': { scope: 'profiles:read', customer: true },
  'Profile.displayName': { scope: 'profiles:read', customer: true, masked: 'NAME' },
  'Profile.traits': { scope: 'profiles:read', customer: true, masked: 'TRAITS' },
  'Profile.identifiers': { scope: 'profiles:read', customer: true },
  'Profile.consents': { scope: 'profiles:read', customer: true },
  'Profile.community': { scope: 'profiles:read', customer: true },
  // What came from where, who decided it, and what was not believed, is the company's own record.
  'Profile.mergedFrom': { scope: 'profiles:read' },
  'Profile.identityLog': { scope: 'profiles:read' },
  // What the company makes of a customer is not for the customer's own app.
  'Profile.lifecycle': { scope: 'profiles:read' },
  'Profile.value': { scope: 'profiles:read' },
  'Profile.loyalty': { scope: 'loyalty:read', customer: true },
  // A transaction leads back to its account: who may adjust sees what comes of it, not the ledger.
  'LoyaltyAccount.balance': { scope: 'loyalty:read', orScope: 'loyalty:adjust', customer: true },
  'LoyaltyAccount.lifetimePoints': {
    scope: 'loyalty:read',
    orScope: 'loyalty:adjust',
    customer: true,
  },
  'LoyaltyAccount.tier': { scope: 'loyalty:read', orScope: 'loyalty:adjust', customer: true },
  'LoyaltyAccount.tierSince': { scope: 'loyalty:read', orScope: 'loyalty:adjust', customer: true },
  'LoyaltyAccount.expiring': { scope: 'loyalty:read', customer: true },
  'LoyaltyAccount.lots': { scope: 'loyalty:read', customer: true },
  'LoyaltyAccount.transactions': { scope: 'loyalty:read', customer: true },
  // Who adjusted a balance and what they noted is the company's own record.
  'LoyaltyTransaction.actor': { scope: 'loyalty:read' },
  'LoyaltyTransaction.note': { scope: 'loyalty:read', masked: 'TEXT' },
  // A reward came of what another customer did, and points may come from another profile.
  'LoyaltyTransaction.eventId': { goesAlong: true, customer: true, pseudonymous: true },
  'LoyaltyTransaction.counterpartProfileId': {
    goesAlong: true,
    customer: true,
    pseudonymous: true,
  },
  // Who merges need not see whom: fields are null without the scope for what they show.
  'ProfileSnapshot.profileId': { scope: 'profiles:merge' },
  'ProfileSnapshot.identifiers': { scope: 'profiles:read' },
  'ProfileSnapshot.stage': { scope: 'profiles:read' },
  'ProfileSnapshot.atRisk': { scope: 'profiles:read' },
  'ProfileSnapshot.valueTier': { scope: 'profiles:read' },
  'ProfileSnapshot.consents': { scope: 'profiles:read' },
  'ProfileSnapshot.pointsBalance': { scope: 'loyalty:read' },
  'ProfileSnapshot.lifetimePoints': { scope: 'loyalty:read' },
  'ProfileSnapshot.membershipTier': { scope: 'loyalty:read' },
  'ProfileSnapshot.referralsMade': { scope: 'referrals:read' },
  'ProfileSnapshot.referralsConverted': { scope: 'referrals:read' },
  'ProfileSnapshot.referredByCode': { scope: 'referrals:read' },
  'Profile.referrals': { scope: 'referrals:read', customer: true },
  'Profile.feedback': { scope: 'feedback:read', customer: true },
  'Profile.events': { scope: 'events:read', customer: true },
  // What happened is more than what it led to.
  'LifecycleTransition.triggeringEvent': { scope: 'events:read' },
  // Names, addresses and numbers of people: whoever decides on a pair need not read them.
  'DuplicateCandidate.reasons': { scope: 'profiles:read' },
  'DuplicateReason.left': { goesAlong: true, masked: 'TEXT' },
  'DuplicateReason.right': { goesAlong: true, masked: 'TEXT' },
  'Identifier.value': { goesAlong: true, customer: true, masked: 'IDENTIFIER' },
  // A demoted identifier in the answer to its sender is not masked: it is what they just sent.
  'IdentifierName.value': { goesAlong: true, masked: 'IDENTIFIER' },
  'Event.properties': { goesAlong: true, customer: true, masked: 'PROPERTIES' },
  'Feedback.comment': { goesAlong: true, customer: true, masked: 'TEXT' },
  'QuarantinedEvent.payload': { goesAlong: true, masked: 'PAYLOAD' },
  'QuarantinedEvent.event': { goesAlong: true, masked: 'SENT_EVENT' },
  'QuarantineCorrection.event': { goesAlong: true, masked: 'SENT_EVENT' },
  // The id of a referral is that of what somebody else did; and a cursor is made of it.
  'Referral.id': { goesAlong: true, customer: true, pseudonymous: true },
  'ReferralSummary.referrals': { goesAlong: true, customer: true, sealsCursors: true },
  'ReferralSummary.referredByCode': { goesAlong: true, customer: true, pseudonymous: true },
} as const satisfies FieldAccessTable;

/** Every field of the schema, with what is decided of it. */
export const accessOfAllFields: FieldAccess = {
  rules: fieldAccess,
  alongForCustomers,
  alongForKeys,
};
