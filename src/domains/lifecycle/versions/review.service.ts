import type { Database, Tx } from '../../../platform/database/database';
import type { Logger } from '../../../platform/telemetry/logger';
import { MS_PER_DAY } from '../../../shared/days';
import { hasCustomers } from '../stage/calibration.store';
import type { LifecycleRulings } from '../stage/rulings';
import { LifecycleProposalReads } from './proposal.reads';
import { driftBetween, RHYTHM_CUSTOMERS_MIN } from './proposal.rules';
import type { Finding, LifecycleProposals } from './proposal.service';
import * as store from './proposal.store';

/** Rhythms are those of a year, and move slowly. */
const REVIEW_AGE_MS_MAX = 7 * MS_PER_DAY;

const PROPOSED_BY = 'propose-lifecycle';

export interface LifecycleReviewGround {
  readonly database: Database;
  readonly rulings: LifecycleRulings;
  readonly proposals: LifecycleProposals;
  readonly logger: Logger;
  /** How far customers have to have moved, e.g. 0.1; 0 where nothing is to be proposed. */
  readonly driftMin: number;
}

/**
 * Holds the models in use against how their customers live, and proposes a draft where these have
 * moved. What is in force it leaves alone: that is for people to decide.
 */
export class LifecycleReviews {
  constructor(private readonly ground: LifecycleReviewGround) {}

  /** Reviews one model that was not for a week. @returns 0 where none is due */
  async run(now: Date): Promise<number> {
    if (this.ground.driftMin === 0) return 0;
    const { database, rulings } = this.ground;
    const reviews = await store.findReviews(database);
    for (const name of (await rulings.inForce(database)).keys()) {
      const before = reviews.get(name) ?? null;
      if (!isDue(before, now) || !(await hasCustomers(database, name, RHYTHM_CUSTOMERS_MIN))) {
        continue;
      }
      await this.review(name, before, now);
      return 1;
    }
    return 0;
  }

  private async review(name: string, before: Date | null, now: Date): Promise<void> {
    const { database, proposals, logger } = this.ground;
    const finding = await proposals.find(name, now);
    if (finding === null) return;
    // Both or neither: whoever crashes before has reviewed nothing, nor has whoever comes second.
    const result = await database.transaction(async (tx) => {
      // Another version came into force meanwhile: it is reviewed in the next round.
      if (!(await proposals.isInForce(tx, finding))) return null;
      if (!(await store.saveReview(tx, name, before, now))) return null;
      if (!(await this.isWorthADraft(tx, finding))) return null;
      return proposals.record(tx, finding, PROPOSED_BY);
    });
    if (result === null) return;
    const { version } = result.kind === 'DONE' ? result.proposal : { version: null };
    const { fault } = result.kind === 'DONE' ? { fault: null } : result.refusal;
    logger.info({ model: name, version, fault }, 'lifecycle model reviewed');
  }

  /** Where a draft waits already, customers must have moved as far again since. */
  private async isWorthADraft(tx: Tx, { name, before, now }: Finding): Promise<boolean> {
    const { rulings, driftMin } = this.ground;
    const reads = new LifecycleProposalReads(tx, rulings.defaultModel.name);
    const waiting = await reads.waiting(name);
    const drift = driftBetween(before, now);
    const further = waiting === null ? drift : driftBetween(waiting.findings.now, now);
    return [drift, further].every((one) => one !== null && Math.abs(one) >= driftMin);
  }
}

function isDue(reviewedAt: Date | null, now: Date): boolean {
  const age = reviewedAt === null ? null : now.getTime() - reviewedAt.getTime();
  // Of a clock that was ahead when it reviewed the age is negative, and would be for long.
  return age === null || age < 0 || age >= REVIEW_AGE_MS_MAX;
}
