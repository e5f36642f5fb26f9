import type { Scope } from '../../platform/auth/scopes';
import type { Brand } from '../../shared/brand';
import type { AllowedEvents } from '../events';

export type SourceId = Brand<string, 'SourceId'>;
export type WriteKeyId = Brand<string, 'WriteKeyId'>;

/** An integration that sends events. */
export interface Source {
  readonly sourceId: SourceId;
  /** Unique and immutable, since a message is told by its source and its id; e.g. `web-shop`. */
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  /** At least 2,500, the most events that a request may hold; null for no limit. */
  readonly eventsPerMinuteMax: number | null;
  readonly allowed: AllowedEvents;
  /** Of browsers that may send; `*` for all. Without any, no browser may. */
  readonly origins: readonly string[];
}

/** What is kept of a source, besides. */
export interface SourceRecord extends Source {
  /** Who made it, e.g. `key:admin`. */
  readonly createdBy: string;
  readonly createdAt: Date;
  /** Since when its write keys are refused; null while they are not. */
  readonly disabledAt: Date | null;
}

/** What is kept of a write key: everything but its secret. */
export interface WriteKey {
  readonly writeKeyId: WriteKeyId;
  readonly sourceId: SourceId;
  readonly createdBy: string;
  readonly createdAt: Date;
  /** To the minute. */
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

/** What a source may be allowed to do: to send events, and to see what comes of them. */
export const sourceScopes: readonly Scope[] = [
  'events:write',
  'profiles:read',
  'personal-data:read',
];

/** Valid at once: the one in use, and the one its senders are being moved to. */
export const WRITE_KEYS_MAX = 2;

/** What events are recorded with as their source, e.g. `source:web-shop`. */
export function sourceActor(source: Pick<Source, 'name'>): string {
  return `source:${source.name}`;
}
