import type { Database, Tx } from '../../platform/database/database';
import type { Clock } from '../../shared/clock';
import type { IdSource, ProfileId } from '../../shared/ids';
import {
  type EventIngest,
  type FeedbackKind,
  MessageIdReused,
  recordForProfile,
  type ScoreScale,
  scoreFault,
  scoreScale,
} from '../events';
import type { ProfileDirectory } from '../identity';
import { FEEDBACK_SUBMITTED } from './feedback.projection';
import { type FeedbackRow, findFeedback } from './feedback.store';

export interface SubmitFeedback {
  readonly profileId: ProfileId;
  readonly kind: FeedbackKind;
  readonly score: number | null;
  readonly comment: string | null;
  /** −1 (worst) … 1 (best); that of the score where null. */
  readonly sentiment: number | null;
  readonly channel: string | null;
  /** Now where null. */
  readonly occurredAt: Date | null;
  /** Makes it safe to send again; a new one where null. */
  readonly messageId: string | null;
}

export type SubmitFeedbackOutcome =
  | { readonly outcome: 'SUBMITTED'; readonly feedback: FeedbackRow; readonly duplicate: boolean }
  | {
      readonly outcome: 'INVALID_SCORE';
      readonly message: string;
      readonly scale: ScoreScale | null;
    }
  | { readonly outcome: 'PROFILE_NOT_FOUND' };

export class FeedbackService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: IdSource,
    private readonly profiles: Pick<ProfileDirectory, 'lockProfile'>,
    private readonly events: EventIngest,
  ) {}

  /**
   * Records what a customer told, as an event.
   * @param source who sends it, e.g. `key:crm-sync`; message ids are unique within a source
   * @throws InvalidInput where the event is none the pipeline takes, e.g. from the future
   * @throws MessageIdReused where the message id was used for something else: another profile, kind or
   *   score
   */
  async submit(command: SubmitFeedback, source: string): Promise<SubmitFeedbackOutcome> {
    const message = scoreFault(command.kind, command.score);
    if (message !== null) {
      return { outcome: 'INVALID_SCORE', message, scale: scoreScale(command.kind) };
    }
    return this.database.transaction((tx) => this.record(tx, command, source));
  }

  private async record(
    tx: Tx,
    command: SubmitFeedback,
    source: string,
  ): Promise<SubmitFeedbackOutcome> {
    const profileId = await this.profiles.lockProfile(tx, command.profileId);
    if (profileId === null) return { outcome: 'PROFILE_NOT_FOUND' };

    const now = this.clock.now();
    const { kind, score, comment, sentiment } = command;
    const event = {
      profileId,
      messageId: command.messageId ?? this.ids.next(),
      name: FEEDBACK_SUBMITTED,
      occurredAt: command.occurredAt ?? now,
      properties: { kind, score, comment, sentiment },
      channel: command.channel ?? undefined,
    };
    const { eventId, duplicate } = await recordForProfile(this.events, tx, source, event, now);
    const feedback = await findFeedback(tx, profileId, eventId);
    // Compared as they were read: the earlier one may have come as an event, with the score as text.
    if (feedback?.kind !== kind || feedback.score !== score) throw new MessageIdReused();
    return { outcome: 'SUBMITTED', feedback, duplicate };
  }
}
