import type { Credentials, TestApi } from './api';

/** What a partner sends of one event. */
export interface SentEvent {
  readonly name: string;
  readonly messageId?: string;
  readonly occurredAt?: string;
  readonly identifiers: readonly { readonly namespace: string; readonly value: string }[];
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly traits?: Readonly<Record<string, unknown>>;
  readonly channel?: string;
  readonly schemaVersion?: number;
}

export interface Recorded {
  readonly accepted: number;
  readonly duplicates: number;
  readonly quarantined: number;
  readonly outcomes: readonly {
    readonly status: string;
    readonly messageId: string;
    readonly eventId: string | null;
    readonly profileId: string | null;
    readonly reason: string | null;
    readonly detail: string | null;
    readonly demoted: readonly {
      readonly namespace: string;
      readonly value: string;
      readonly reason: string;
    }[];
  }[];
  readonly profiles: readonly { readonly id: string }[];
}

export const RECORD_EVENTS = `mutation ($events: [EventInput!]!) {
  recordEvents(events: $events) {
    accepted duplicates quarantined
    outcomes { status messageId eventId profileId reason detail demoted { namespace value reason } }
    profiles { id }
  }
}`;

export async function recordEvents(
  api: TestApi,
  events: readonly SentEvent[],
  credentials?: Credentials,
): Promise<Recorded> {
  const data = await api.data<{ recordEvents: Recorded }>(RECORD_EVENTS, { events }, credentials);
  return data.recordEvents;
}

/** A profile with one event, known by its user id. @returns its public id */
export async function newProfile(
  api: TestApi,
  userId: string,
  event: Partial<SentEvent> = {},
): Promise<string> {
  const { profiles } = await recordEvents(api, [
    { name: 'Page Viewed', identifiers: [userIdentifier(userId)], ...event },
  ]);
  const [profile] = profiles;
  if (profile === undefined) throw new Error('No profile came of the event.');
  return profile.id;
}

export function order(userId: string, revenue: number, rest: Partial<SentEvent> = {}): SentEvent {
  return {
    name: 'Order Completed',
    identifiers: [userIdentifier(userId)],
    properties: { revenue, currency: 'USD' },
    ...rest,
  };
}

export function userIdentifier(value: string) {
  return { namespace: 'user_id', value };
}
