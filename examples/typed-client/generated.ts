// Generated from the schema and the .graphql files of the examples.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Points to grant or to take by hand. */
export type AdjustPointsInput = {
  /** The caller's own name for this adjustment, at most 200 characters. Sent again with the same input it gives the first result and posts nothing; it is remembered for good. */
  readonly idempotencyKey: string;
  /** More, at most 2,000 characters. */
  readonly note?: string | null | undefined;
  /** Positive grants, negative takes; not zero. */
  readonly points: string | number;
  /** Whose points. An absorbed profile stands for its survivor. */
  readonly profileId: string;
  /** Why, e.g. `Goodwill`; at most 200 characters. */
  readonly reason: string;
};

/** What is wrong with an adjustment as asked for. */
export type AdjustmentFault =
  /** One adjustment may not add or take that many points. */
  | 'BEYOND_MAXIMUM'
  /** An adjustment needs an idempotency key. */
  | 'KEY_MISSING'
  /** The idempotency key is too long. */
  | 'KEY_TOO_LONG'
  /** A text holds what cannot be stored: U+0000, or half a surrogate pair. */
  | 'MALFORMED_TEXT'
  /** The note is too long. */
  | 'NOTE_TOO_LONG'
  /** An adjustment needs a reason. */
  | 'REASON_MISSING'
  /** The reason is too long. */
  | 'REASON_TOO_LONG'
  /** An adjustment of zero points changes nothing. */
  | 'ZERO_POINTS';

/** Something a customer did. */
export type EventInput = {
  /** Where it happened: `web`, `app`, `store` … */
  readonly channel?: string | null | undefined;
  /** Who it was: every identifier the channel knows, at most 50. Identifiers of one event are one person: profiles are created, extended or merged accordingly. `profile_id` names a profile by its id. */
  readonly identifiers: ReadonlyArray<IdentifierInput>;
  /** Your own id of this event, at most 100 characters. Sent twice it is one event, so a retry is safe. Where left out, every delivery counts as a new event. */
  readonly messageId?: string | null | undefined;
  /** What happened, e.g. `Order Completed`; at most 200 characters. */
  readonly name: string;
  /** When it happened, at most an hour from now. The time of arrival where left out. */
  readonly occurredAt?: string | null | undefined;
  /** What there is to tell of it, e.g. `{ "revenue": 99.9, "currency": "USD" }`. */
  readonly properties?: Record<string, unknown> | null | undefined;
  /** The version of the event schema it is written by, where one is registered for its name. The active one where left out. */
  readonly schemaVersion?: number | null | undefined;
  /** What it tells of the customer; its values are merged by the policy. */
  readonly traits?: Record<string, unknown> | null | undefined;
};

/** What became of an event. */
export type EventStatus =
  /** Recorded, and already part of the profile. */
  | 'ACCEPTED'
  /** Recorded before; nothing was changed. */
  | 'DUPLICATE'
  /** Kept aside and not counted, for the reason given. */
  | 'QUARANTINED';

/** A name the customer is known by in one channel or system. */
export type IdentifierInput = {
  /** The kind of identifier, e.g. `user_id`, `email`, `anonymous_id`. */
  readonly namespace: string;
  /** The value, as the channel knows it; it is normalised here. */
  readonly value: string;
};

/** What a customer is worth: by revenue less refunds of the last 365 days, among the customers with an order in that time. */
export type ValueTier =
  /** The upper fifth, as of the last calibration. */
  | 'HIGH'
  /** Everybody else. */
  | 'LOW'
  /** The next three tenths. */
  | 'MID';

export type FindMemberQueryVariables = Exact<{
  identifier: IdentifierInput;
}>;


export type FindMemberQuery = { readonly profileByIdentifier: { readonly id: string, readonly displayName: string | null } | null };

export type AdjustPointsMutationVariables = Exact<{
  input: AdjustPointsInput;
}>;


export type AdjustPointsMutation = { readonly adjustPoints:
    | { readonly __typename: 'AdjustmentRefused', readonly message: string, readonly fault: AdjustmentFault }
    | { readonly __typename: 'IdempotencyKeyReused', readonly message: string }
    | { readonly __typename: 'InsufficientPoints', readonly message: string }
    | { readonly __typename: 'LoyaltyTransaction', readonly id: string, readonly postedAt: string, readonly account: { readonly balance: string, readonly tier: string } }
    | { readonly __typename: 'ProfileNotFound', readonly message: string }
   };

export type PushOrdersMutationVariables = Exact<{
  events: ReadonlyArray<EventInput> | EventInput;
}>;


export type PushOrdersMutation = { readonly recordEvents: { readonly accepted: number, readonly duplicates: number, readonly outcomes: ReadonlyArray<{ readonly status: EventStatus, readonly reason: string | null, readonly detail: string | null }> } };

export type MyCardQueryVariables = Exact<{ [key: string]: never; }>;


export type MyCardQuery = { readonly me: { readonly displayName: string | null, readonly loyalty: { readonly balance: string, readonly tier: string, readonly expiring: { readonly points: string } | null } | null, readonly events: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly name: string, readonly occurredAt: string } }> } | null } | null };

export type CardByIdentifierQueryVariables = Exact<{
  identifier: IdentifierInput;
}>;


export type CardByIdentifierQuery = { readonly profileByIdentifier: { readonly displayName: string | null, readonly loyalty: { readonly balance: string, readonly tier: string, readonly expiring: { readonly points: string } | null } | null, readonly events: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly name: string, readonly occurredAt: string } }> } | null, readonly lifecycle: { readonly stage: string, readonly since: string, readonly atRisk: boolean, readonly reasons: ReadonlyArray<{ readonly text: string }> } } | null };

export type CustomerCardFragment = { readonly displayName: string | null, readonly loyalty: { readonly balance: string, readonly tier: string, readonly expiring: { readonly points: string } | null } | null, readonly events: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly name: string, readonly occurredAt: string } }> } | null };

export type StageCardFragment = { readonly lifecycle: { readonly stage: string, readonly since: string, readonly atRisk: boolean, readonly reasons: ReadonlyArray<{ readonly text: string }> } };

export type ProfileByIdentifierQueryVariables = Exact<{
  identifier: IdentifierInput;
}>;


export type ProfileByIdentifierQuery = { readonly profileByIdentifier: { readonly id: string, readonly displayName: string | null, readonly lifecycle: { readonly stage: string, readonly since: string }, readonly value: { readonly tier: ValueTier }, readonly loyalty: { readonly balance: string, readonly tier: string } | null } | null };

export type CustomersAtRiskQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type CustomersAtRiskQuery = { readonly profiles: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly displayName: string | null } }>, readonly pageInfo: { readonly endCursor: string | null, readonly hasNextPage: boolean } } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const CustomerCardFragmentDoc = new TypedDocumentString(`
    fragment CustomerCard on Profile {
  displayName
  loyalty {
    balance
    tier
    expiring(days: 30) {
      points
    }
  }
  events(first: 5) {
    edges {
      node {
        id
        name
        occurredAt
      }
    }
  }
}
    `, {"fragmentName":"CustomerCard"}) as unknown as TypedDocumentString<CustomerCardFragment, unknown>;
export const StageCardFragmentDoc = new TypedDocumentString(`
    fragment StageCard on Profile {
  lifecycle {
    stage
    since
    atRisk
    reasons {
      text
    }
  }
}
    `, {"fragmentName":"StageCard"}) as unknown as TypedDocumentString<StageCardFragment, unknown>;
export const FindMemberDocument = new TypedDocumentString(`
    query FindMember($identifier: IdentifierInput!) {
  profileByIdentifier(identifier: $identifier) {
    id
    displayName
  }
}
    `) as unknown as TypedDocumentString<FindMemberQuery, FindMemberQueryVariables>;
export const AdjustPointsDocument = new TypedDocumentString(`
    mutation AdjustPoints($input: AdjustPointsInput!) {
  adjustPoints(input: $input) {
    __typename
    ... on LoyaltyTransaction {
      id
      postedAt
      account {
        balance
        tier
      }
    }
    ... on InsufficientPoints {
      message
    }
    ... on AdjustmentRefused {
      message
      fault
    }
    ... on IdempotencyKeyReused {
      message
    }
    ... on ProfileNotFound {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<AdjustPointsMutation, AdjustPointsMutationVariables>;
export const PushOrdersDocument = new TypedDocumentString(`
    mutation PushOrders($events: [EventInput!]!) {
  recordEvents(events: $events) {
    accepted
    duplicates
    outcomes {
      status
      reason
      detail
    }
  }
}
    `) as unknown as TypedDocumentString<PushOrdersMutation, PushOrdersMutationVariables>;
export const MyCardDocument = new TypedDocumentString(`
    query MyCard {
  me {
    ...CustomerCard
  }
}
    fragment CustomerCard on Profile {
  displayName
  loyalty {
    balance
    tier
    expiring(days: 30) {
      points
    }
  }
  events(first: 5) {
    edges {
      node {
        id
        name
        occurredAt
      }
    }
  }
}`) as unknown as TypedDocumentString<MyCardQuery, MyCardQueryVariables>;
export const CardByIdentifierDocument = new TypedDocumentString(`
    query CardByIdentifier($identifier: IdentifierInput!) {
  profileByIdentifier(identifier: $identifier) {
    ...CustomerCard
    ...StageCard
  }
}
    fragment CustomerCard on Profile {
  displayName
  loyalty {
    balance
    tier
    expiring(days: 30) {
      points
    }
  }
  events(first: 5) {
    edges {
      node {
        id
        name
        occurredAt
      }
    }
  }
}
fragment StageCard on Profile {
  lifecycle {
    stage
    since
    atRisk
    reasons {
      text
    }
  }
}`) as unknown as TypedDocumentString<CardByIdentifierQuery, CardByIdentifierQueryVariables>;
export const ProfileByIdentifierDocument = new TypedDocumentString(`
    query ProfileByIdentifier($identifier: IdentifierInput!) {
  profileByIdentifier(identifier: $identifier) {
    id
    displayName
    lifecycle {
      stage
      since
    }
    value {
      tier
    }
    loyalty {
      balance
      tier
    }
  }
}
    `) as unknown as TypedDocumentString<ProfileByIdentifierQuery, ProfileByIdentifierQueryVariables>;
export const CustomersAtRiskDocument = new TypedDocumentString(`
    query CustomersAtRisk($first: Int!, $after: String) {
  profiles(filter: {atRisk: true}, first: $first, after: $after) {
    edges {
      node {
        id
        displayName
      }
    }
    pageInfo {
      endCursor
      hasNextPage
    }
  }
}
    `) as unknown as TypedDocumentString<CustomersAtRiskQuery, CustomersAtRiskQueryVariables>;
