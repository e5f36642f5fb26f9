import type { Database } from '../../../platform/database/database';
import type { Clock } from '../../../shared/clock';
import { REASON_LENGTH_MAX } from '../../../shared/reason';
import type { ActivityService } from '../../activity';
import type { LifecycleRulings } from '../stage/rulings';
import { ProposalCensus, type StageFigures } from './proposal.census';
import { type Proposal, propose, RHYTHM_CUSTOMERS_MIN, type Rhythm } from './proposal.rules';
import { beginOf } from './versions.rules';
import {
  type LifecycleModelRefusal,
  type LifecycleVersionService,
  refused,
} from './versions.service';

/** About so many: a median is known to within a hundredth of them from these. */
const SAMPLE = 20_000;

/** What the data say, and the draft that follows. */
export interface RecordedProposal {
  readonly name: string;
  /** Of the draft. */
  readonly version: number;
  readonly proposal: Proposal;
  readonly before: Rhythm;
  readonly now: Rhythm;
  readonly stages: readonly StageFigures[];
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
   * force, or away from what it was made for where it has been from the beginning.
   */
  async propose(name: string, actor: string): Promise<ProposalResult> {
    const rulings = (await this.rulings.inForce(this.database)).get(name);
    const compiled = rulings?.at(-1)?.compiled;
    if (rulings === undefined || compiled === undefined) return refused('NOT_IN_USE');
    const { name: _, version: current, ...document } = compiled.model;
    const decisions = rulings.map((ruling) => ({
      since: ruling.since,
      version: ruling.compiled.model.version,
    }));
    const since = beginOf(current, decisions);
    const census = new ProposalCensus(compiled, this.clock.now(), since);
    for await (const profiles of this.activity.someProfiles(SAMPLE)) {
      for (const { days } of profiles) census.add(days);
    }
    const { now } = census;
    const before = census.before ?? madeFor(document.typicalCadenceDays);
    const outcome = propose(document, before, now);
    if (outcome.kind !== 'PROPOSED') return refused(outcome.kind);
    const { proposal } = outcome;
    const note = proposal.sentences.map(({ en }) => en).join(' ');
    const draft = { name, document: proposal.document, note: note.slice(0, REASON_LENGTH_MAX) };
    const saved = await this.versions.save(draft, actor);
    if (saved.kind === 'REFUSED') return saved;
    if (saved.kind !== 'DONE') throw new Error(`A proposal was not saved: ${saved.kind}.`);
    const { version } = saved;
    const { figures: stages } = census;
    return { kind: 'DONE', proposal: { name, version, proposal, before, now, stages } };
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
