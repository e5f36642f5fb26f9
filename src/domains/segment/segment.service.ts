import type { Clock } from '../../shared/clock';
import type { IdSource } from '../../shared/ids';
import type { EventLanes, EventOutcome, EventService } from '../events';
import type { IdentityReads } from '../identity';
import { type Source, sourceActor } from '../sources';
import {
  doubtfulPreviousIds,
  type IdentifierKnowledge,
  statedUserIds,
} from './segment.identity.rules';
import { type ReadItem, readItem } from './segment.item.rules';
import type { SentRequest } from './segment.model';
import {
  type ItemOutcome,
  itemOutcome,
  type RequestOutcome,
  requestOutcome,
  unreadableOutcome,
} from './segment.outcome.rules';

export interface SegmentParts {
  readonly events: Pick<EventService, 'quarantineUnreadable'>;
  readonly lanes: Pick<EventLanes, 'ingest'>;
  readonly identities: Pick<IdentityReads, 'policy' | 'areHeld'>;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** Takes in what Segment's SDKs send, through the one pipeline. */
export class SegmentService {
  private readonly namespaces: ReadonlySet<string>;

  constructor(private readonly parts: SegmentParts) {
    this.namespaces = new Set(parts.identities.policy.namespaces.map(({ name }) => name));
  }

  /** When it returns, all of it is kept: as events that the profiles show, or in quarantine. */
  async record(source: Source, request: SentRequest): Promise<RequestOutcome> {
    const { ids, clock, lanes, events: pipeline } = this.parts;
    const knowledge = await this.knowledgeFor(request);
    const receivedAt = clock.now();
    const newMessageId = () => ids.next();
    const read = request.items.map((item) =>
      readItem(item, request, receivedAt, newMessageId, knowledge),
    );
    const actor = sourceActor(source);
    const unreadable = read.flatMap((one) => ('unreadable' in one ? [one.unreadable] : []));
    if (unreadable.length > 0) await pipeline.quarantineUnreadable(actor, unreadable);
    const events = read.flatMap((one) => ('event' in one ? [one.event] : []));
    const { outcomes } = await lanes.ingest(actor, events, source.allowed);
    return requestOutcome(toItemOutcomes(read, outcomes, source));
  }

  /** Asks for the ids that aliases refer to; nothing is asked where there is no alias. */
  private async knowledgeFor({ items }: SentRequest): Promise<IdentifierKnowledge> {
    const { namespaces } = this;
    const doubtful = doubtfulPreviousIds(items);
    if (doubtful.length === 0) return { namespaces, userIds: new Set() };
    const keys = doubtful.map((value) => ({ namespace: 'user_id', value }));
    const held = await this.parts.identities.areHeld(keys);
    const known = doubtful.filter((_, index) => held[index] === true);
    return { namespaces, userIds: new Set([...known, ...statedUserIds(items)]) };
  }
}

/** In the order of the items: what the pipeline says of events, and what was said of the rest. */
function toItemOutcomes(
  read: readonly ReadItem[],
  outcomes: readonly EventOutcome[],
  source: Source,
): readonly ItemOutcome[] {
  const mayReadProfiles = source.scopes.has('profiles:read');
  let next = 0;
  return read.map((one) => {
    if ('unreadable' in one) return unreadableOutcome(one.unreadable);
    const outcome = outcomes[next];
    next += 1;
    if (outcome === undefined) throw new Error('The pipeline gave no outcome for an event.');
    return itemOutcome(one.event.messageId, outcome, one.warning, mayReadProfiles);
  });
}
