import { isDeepStrictEqual } from 'node:util';
import type { Tx } from '../../platform/database/database';
import { Fault, InvalidInput } from '../../shared/errors';
import { type EventId, type ProfileId, toPublicId } from '../../shared/ids';
import type { JsonObject, JsonValue } from '../../shared/json';
import { PROFILE_ID_NAMESPACE } from './events.intake';
import type { EventService } from './events.service';
import { findAcceptedEvent, messageKey, type StoredEvent } from './events.store';

/** What a mutation tells of a customer it names by id. */
interface ProfileEvent {
  readonly profileId: ProfileId;
  /** The sender's own id of it: the same one twice is the same event. */
  readonly messageId: string;
  readonly name: string;
  readonly occurredAt: Date;
  readonly properties: JsonObject;
  readonly channel?: string | undefined;
  /** Those of the properties without which it would be another event. None where left out. */
  readonly identifiedBy?: readonly string[];
}

interface RecordedEvent {
  readonly eventId: EventId;
  /** Whether it had been recorded before, with the same message id. */
  readonly duplicate: boolean;
}

/** The part of the pipeline that a single event needs. */
export type EventIngest = Pick<EventService, 'ingestIn'>;

/**
 * Sends one event of a profile through the pipeline, in the caller's transaction and with the
 * profile's lock held by the caller.
 * @param profileId of a profile that exists and is not absorbed
 * @throws InvalidInput where the pipeline would keep the event in quarantine: the caller waits
 *   for an answer, so it is refused instead and nothing of it is kept
 * @throws MessageIdReused where the message id belongs to another event: of another profile or name,
 *   or with other values of the properties that identify it. Of an event too old to be kept nothing
 *   is left to compare with: whoever sends it again is believed
 */
export async function recordForProfile(
  ingest: EventIngest,
  tx: Tx,
  source: string,
  event: ProfileEvent,
  now: Date,
): Promise<RecordedEvent> {
  const { profileId, identifiedBy, ...rest } = event;
  const identifiers = [{ namespace: PROFILE_ID_NAMESPACE, value: toPublicId('prf', profileId) }];
  const { outcomes } = await ingest.ingestIn(tx, source, [{ ...rest, identifiers }], now);
  const [outcome] = outcomes;
  if (outcome === undefined) throw new Error('The pipeline gave no outcome for an event.');
  if (outcome.status === 'QUARANTINED') {
    throw new InvalidInput(outcome.detail, { reason: outcome.reason });
  }
  if (outcome.profileId !== profileId) throw new MessageIdReused();
  const duplicate = outcome.status === 'DUPLICATE';
  if (duplicate) {
    const stored = await findAcceptedEvent(tx, messageKey(source, event.messageId));
    if (stored !== null && !isSame(stored, event)) throw new MessageIdReused();
  }
  return { eventId: outcome.eventId, duplicate };
}

function isSame(
  stored: StoredEvent,
  { name, properties, identifiedBy = [] }: ProfileEvent,
): boolean {
  return (
    stored.name === name &&
    identifiedBy.every((property) => isSameValue(stored.properties[property], properties[property]))
  );
}

/** A property that was left out is one that is null. */
function isSameValue(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  return isDeepStrictEqual(left ?? null, right ?? null);
}

/** The message id has been used, for something else than what is sent with it now. */
export class MessageIdReused extends Fault {
  constructor() {
    super(
      'MESSAGE_ID_REUSED',
      'This messageId was used for something else before. Send a new one with new content.',
    );
    this.name = 'MessageIdReused';
  }
}
