import type { Sql } from '../../../platform/database/database';
import { inOrderOf } from '../../../platform/graphql/batch';
import type { BatchLoad } from '../../../platform/graphql/context';
import { findLastProposal, findProposals, type RecordedProposal } from './proposal.store';
import { readVersionText, versionText } from './versions.reads';
import { standingOf, versionInForce } from './versions.rules';
import { findDecisionsOf } from './versions.store';

export class LifecycleProposalReads {
  constructor(
    private readonly sql: Sql,
    readonly defaultName: string,
  ) {}

  /** What a version was proposed from, by `versionText`; null where somebody wrote it. */
  readonly byText: BatchLoad<string, RecordedProposal | null> = async (texts) => {
    const rows = await findProposals(this.sql, texts.map(readVersionText));
    return inOrderOf(texts, rows, versionText);
  };

  /**
   * The draft that waits for a decision: the last that was proposed, if it never was in force and
   * what it was to change still is. Null where there is none.
   */
  async waiting(name: string): Promise<RecordedProposal | null> {
    const last = await findLastProposal(this.sql, name);
    if (last === null) return null;
    const decisions = await findDecisionsOf(this.sql, name, this.defaultName);
    const isDraft = standingOf(last.version, decisions).status === 'DRAFT';
    return isDraft && versionInForce(decisions) === last.basedOn ? last : null;
  }
}
