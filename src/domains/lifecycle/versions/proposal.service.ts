import type { Database, Tx } from '../../../platform/database/database';
import type { Clock } from '../../../shared/clock';
import { REASON_LENGTH_MAX } from '../../../shared/reason';
import type { ActivityService } from '../../activity';
import type { LifecycleRulings } from '../stage/rulings';
import { ProposalCensus } from './proposal.census';
import {
  madeForBy,
  type ProposalOutcome,
  propose,
  RHYTHM_CUSTOMERS_MIN,
  type Rhythm,
  type StageFigures,
} from './proposal.rules';
import { addProposal, findProposals, type RecordedProposal } from './proposal.store';
import { beginOf, versionInForce } from './versions.rules';
import {
  type LifecycleModelRefusal,
  type LifecycleVersionService,
  refused,
} from './versions.service';
import { findDecisionsOf } from './versions.store';

/** About so many: a median is known to within a hundredth of them from these. */
const SAMPLE = 20_000;

/** How the customers of a model live, then and now, and what follows. */
export interface Finding {
  readonly name: string;
  /** In force. */
  readonly version: number;
  readonly before: Rhythm;
  readonly now: Rhythm;
  readonly stages: readonly StageFigures[];
  readonly outcome: ProposalOutcome;
  readonly foundAt: Date;
}

export type ProposalResult =
  | { readonly kind: 'DONE'; readonly proposal: RecordedProposal }
  | { readonly kind: 'REFUSED'; readonly refusal: LifecycleModelRefusal };

/** Proposes lengths of time for a model from how its customers live now. */
export class LifecycleProposals {
  constructor(
    private readonly database: Database,
    private readonly rulings: LifecycleRulings,
    private readonly versions: LifecycleVersionService,
    private readonly activity: Pick<ActivityService, 'someProfiles'>,
    private readonly clock: Clock,
  ) {}

  /**
   * Saves a draft where the rhythm of customers has moved since the version in force came into
   * force, or away from what it was made for where that is known: where it was proposed, or has
   * been in force from the beginning.
   */
  async propose(name: string, actor: string): Promise<ProposalResult> {
    for (;;) {
      const finding = await this.find(name, this.clock.now());
      if (finding === null) return refused('NOT_IN_USE');
      const result = await this.database.transaction(async (tx) =>
        (await this.isInForce(tx, finding)) ? this.record(tx, finding, actor) : null,
      );
      // Else another version came into force while customers were looked at.
      if (result !== null) return result;
    }
  }

  /** Whether what was found is of the version that decides still. */
  async isInForce(tx: Tx, { name, version }: Finding): Promise<boolean> {
    const decisions = await findDecisionsOf(tx, name, this.rulings.defaultModel.name);
    return versionInForce(decisions) === version;
  }

  /** Reads customers; writes nothing. Null where the model is not in use. */
  async find(name: string, now: Date): Promise<Finding | null> {
    const rulings = (await this.rulings.inForce(this.database)).get(name);
    const compiled = rulings?.at(-1)?.compiled;
    if (rulings === undefined || compiled === undefined) return null;
    const { name: _, version, ...document } = compiled.model;
    const decisions = rulings.map((ruling) => ({
      since: ruling.since,
      version: ruling.isRetired ? null : ruling.compiled.model.version,
    }));
    const [proposed] = await findProposals(this.database, [{ name, version }]);
    const begin = proposed === undefined ? beginOf(version, decisions) : null;
    const census = new ProposalCensus(compiled, now, begin);
    for await (const profiles of this.activity.someProfiles(SAMPLE)) {
      for (const { days } of profiles) census.add(days);
    }
    const before = proposed
      ? madeForBy(proposed.findings)
      : (census.before ?? madeFor(document.typicalCadenceDays));
    const outcome = propose(document, before, census.now);
    const { figures: stages } = census;
    return { name, version, before, now: census.now, stages, outcome, foundAt: now };
  }

  /** Saves what was found as a draft, if anything follows from it. */
  async record(tx: Tx, finding: Finding, actor: string): Promise<ProposalResult> {
    const { name, outcome, before, now, stages, version: basedOn, foundAt: proposedAt } = finding;
    if (outcome.kind !== 'PROPOSED') return refused(outcome.kind);
    const { document, sentences } = outcome.proposal;
    const note = sentences
      .map(({ en }) => en)
      .join(' ')
      .slice(0, REASON_LENGTH_MAX);
    const saved = await this.versions.saveIn(tx, { name, document, note }, actor);
    if (saved.kind === 'REFUSED') return saved;
    if (saved.kind !== 'DONE') throw new Error(`A proposal was not saved: ${saved.kind}.`);
    const findings = { before, now, stages, sentences };
    const proposal = { name, version: saved.version, basedOn, findings, proposedAt };
    return { kind: 'DONE', proposal: await addProposal(tx, proposal) };
  }
}

/** What a model takes as usual, while nothing else is known. */
function madeFor(typicalCadenceDays: number): Rhythm {
  return {
    customers: RHYTHM_CUSTOMERS_MIN,
    cadenceDays: typicalCadenceDays,
    buyers: RHYTHM_CUSTOMERS_MIN,
    repurchaseDays: typicalCadenceDays,
  };
}
