import type { Tx } from '../../platform/database/database';
import type { AcceptedEvent, Contribution, EventProjector } from '../events';
import type { Accrual } from './loyalty.model';
import type { LoyaltyPolicy } from './loyalty.policy';
import { earningsOf } from './loyalty.rules';
import type { LoyaltyService } from './loyalty.service';

/** Turns accepted events into points, by the policy. */
export class LoyaltyProjector implements EventProjector {
  constructor(
    private readonly loyalty: Pick<LoyaltyService, 'accrue'>,
    private readonly policy: LoyaltyPolicy,
  ) {}

  async project(
    tx: Tx,
    events: readonly AcceptedEvent[],
    now: Date,
  ): Promise<readonly Contribution[]> {
    const accruals = events.flatMap((event) => accrualsOf(event, this.policy));
    await this.loyalty.accrue(tx, accruals, now);
    return [];
  }
}

function accrualsOf(event: AcceptedEvent, policy: LoyaltyPolicy): readonly Accrual[] {
  return earningsOf(event.signals, policy).map((earning) => ({
    profileId: event.profileId,
    identifierId: event.identifierId,
    points: earning.points,
    reason: earning.reason,
    actor: `source:${event.source}`,
    occurredAt: event.occurredAt,
    eventId: event.eventId,
  }));
}
