import type { Database } from '../../platform/database/database';
import type { Clock } from '../../shared/clock';
import type { IdSource, ProfileId } from '../../shared/ids';
import type { JsonObject } from '../../shared/json';
import { type EventIngest, recordForProfile } from '../events';
import type { ProfileDirectory } from '../identity';

/** The event that stands for each kind of activity, as the event map knows it. */
const eventNames = {
  POST: 'Post Created',
  COMMENT: 'Comment Created',
  ANSWER: 'Answer Created',
  LIKE: 'Content Liked',
  SHARE: 'Content Shared',
  ATTENDANCE: 'Event Attended',
  CHECK_IN: 'Checked In',
} as const;

export type CommunityActivityKind = keyof typeof eventNames;

export interface RecordActivity {
  readonly profileId: ProfileId;
  readonly kind: CommunityActivityKind;
  /** What was liked, answered, attended …, as the company's own systems know it. */
  readonly targetId: string | null;
  /** Now where null. */
  readonly occurredAt: Date | null;
  /** Makes it safe to send again; a new one where null. */
  readonly messageId: string | null;
}

export type RecordActivityOutcome =
  | { readonly outcome: 'RECORDED'; readonly profileId: ProfileId; readonly duplicate: boolean }
  | { readonly outcome: 'PROFILE_NOT_FOUND' };

export class CommunityService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: IdSource,
    private readonly profiles: Pick<ProfileDirectory, 'lockProfile'>,
    private readonly events: EventIngest,
  ) {}

  /**
   * Records what a customer did in the community, as an event.
   * @param source who sends it, e.g. `key:crm-sync`; message ids are unique within a source
   * @throws InvalidInput where the event is none the pipeline takes, e.g. from the future
   * @throws MessageIdReused where the message id was used for something else: another profile, kind or
   *   target
   */
  async record(command: RecordActivity, source: string): Promise<RecordActivityOutcome> {
    return this.database.transaction(async (tx) => {
      const profileId = await this.profiles.lockProfile(tx, command.profileId);
      if (profileId === null) return { outcome: 'PROFILE_NOT_FOUND' };

      const now = this.clock.now();
      const event = {
        profileId,
        messageId: command.messageId ?? this.ids.next(),
        name: eventNames[command.kind],
        occurredAt: command.occurredAt ?? now,
        properties: toProperties(command),
        identifiedBy: ['target_id'],
      };
      const { duplicate } = await recordForProfile(this.events, tx, source, event, now);
      return { outcome: 'RECORDED', profileId, duplicate };
    });
  }
}

function toProperties({ targetId }: RecordActivity): JsonObject {
  return targetId === null ? {} : { target_id: targetId };
}
