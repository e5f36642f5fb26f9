import type { Database, Sql, Tx } from '../../platform/database/database';
import type { Clock } from '../../shared/clock';
import type { ProfileId } from '../../shared/ids';
import type { ActivityService } from '../activity';
import { type DuplicateService, fromCandidateId } from '../duplicates';
import type {
  DatedLink,
  Decision,
  MergeConflict,
  MergeOutcome,
  OperatorIdentityService,
  Undoing,
  UnmergeOutcome,
} from '../identity';
import { type ProfileSnapshot, type SnapshotReads, takeSnapshots } from './merges.snapshot';

export interface MergeProfiles extends Decision {
  readonly profileIds: readonly [ProfileId, ProfileId];
  readonly isForced: boolean;
  /** Tell what would come of it, and write nothing. */
  readonly isDryRun: boolean;
}

export type MergeProfilesOutcome =
  | {
      readonly kind: 'MERGED';
      readonly mergeId: string;
      readonly overridden: readonly MergeConflict[];
      /** The survivor first. */
      readonly before: readonly [ProfileSnapshot, ProfileSnapshot];
      readonly after: ProfileSnapshot;
    }
  | { readonly kind: 'PROFILE_NOT_FOUND' }
  | Exclude<MergeOutcome, { readonly kind: 'MERGED' }>;

export interface UnmergeProfile extends Decision {
  readonly undoing: Undoing;
  readonly isDryRun: boolean;
}

export type UnmergeProfileOutcome =
  | {
      readonly kind: 'PARTED';
      readonly unmergeId: string;
      readonly before: ProfileSnapshot;
      /** The profile that keeps the id first. */
      readonly after: readonly ProfileSnapshot[];
      readonly revoked: readonly DatedLink[];
    }
  | Exclude<UnmergeOutcome, { readonly kind: 'PARTED' }>;

export interface MergesServiceParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly identity: OperatorIdentityService;
  readonly activity: ActivityService;
  readonly duplicates: Pick<DuplicateService, 'dismissParted' | 'getCandidate'>;
  readonly readsOver: (sql: Sql) => SnapshotReads;
}

/**
 * Merges and parts profiles by an operator's hand, in one transaction with all that follows from
 * it. A dry run is the same transaction, rolled back: what it tells is what would come of it.
 */
export class MergesService {
  constructor(private readonly parts: MergesServiceParts) {}

  async merge(request: MergeProfiles): Promise<MergeProfilesOutcome> {
    return this.run(request, (tx) => this.mergeIn(tx, request));
  }

  /**
   * The same of a pair that was proposed.
   * @throws InvalidInput for what is no id of a pair
   * @throws NotFound where it is not proposed, or its profiles are no longer two
   */
  async acceptDuplicate(
    candidateId: string,
    request: Omit<MergeProfiles, 'profileIds'>,
  ): Promise<MergeProfilesOutcome> {
    const { identity, duplicates } = this.parts;
    const { profileId, otherProfileId } = fromCandidateId(candidateId);
    const profileIds = [profileId, otherProfileId] as const;
    return this.run(request, async (tx) => {
      await identity.findPair(tx, profileIds);
      // Under the locks: whoever merged one of them meanwhile made it another pair.
      await duplicates.getCandidate(tx, candidateId);
      return this.mergeIn(tx, { ...request, profileIds });
    });
  }

  async unmerge(request: UnmergeProfile): Promise<UnmergeProfileOutcome> {
    return this.run(request, (tx) => this.unmergeIn(tx, request));
  }

  private run<Outcome>(
    { isDryRun }: { readonly isDryRun: boolean },
    work: (tx: Tx) => Promise<Outcome>,
  ): Promise<Outcome> {
    const { database } = this.parts;
    return isDryRun ? database.rehearse(work) : database.transaction(work);
  }

  private async mergeIn(tx: Tx, request: MergeProfiles): Promise<MergeProfilesOutcome> {
    const { identity, clock } = this.parts;
    const pair = await identity.findPair(tx, request.profileIds);
    if (pair === null) return { kind: 'PROFILE_NOT_FOUND' };
    const now = clock.now();
    const both = await this.snapshots(tx, pair);
    const outcome = await identity.merge(tx, { ...request, profileIds: pair }, now);
    if (outcome.kind !== 'MERGED') return outcome;
    const { survivor, mergeId, overridden } = outcome;
    await this.evaluate(tx, [survivor], now);
    const [after] = await this.snapshots(tx, [survivor]);
    const [first, second] = both[0]?.profileId === survivor ? both : both.toReversed();
    if (!first || !second || !after) throw new Error('A profile that was merged is not there.');
    return { kind: 'MERGED', mergeId, overridden, before: [first, second], after };
  }

  private async unmergeIn(tx: Tx, request: UnmergeProfile): Promise<UnmergeProfileOutcome> {
    const { identity, clock, duplicates } = this.parts;
    const { undoing, actor, reason } = request;
    const profileId = await identity.findParted(tx, undoing);
    if (profileId === null) {
      return { kind: 'mergeId' in undoing ? 'MERGE_NOT_FOUND' : 'LINK_NOT_FOUND' };
    }
    const now = clock.now();
    const [before] = await this.snapshots(tx, [profileId]);
    const outcome = await identity.unmerge(tx, profileId, undoing, { actor, reason }, now);
    if (outcome.kind !== 'PARTED') return outcome;
    const profileIds = outcome.parts.map((part) => part.profileId);
    await this.evaluate(tx, profileIds, now);
    const [kept, ...left] = profileIds;
    if (kept === undefined || before === undefined) throw new Error('A part is not there.');
    await duplicates.dismissParted(tx, kept, left, { actor, reason }, now);
    const after = await this.snapshots(tx, profileIds);
    const { unmergeId, revoked } = outcome;
    return { kind: 'PARTED', unmergeId, before, after, revoked };
  }

  private evaluate(tx: Tx, profileIds: readonly ProfileId[], now: Date): Promise<void> {
    return this.parts.activity.evaluate(tx, profileIds, now);
  }

  private snapshots(tx: Tx, profileIds: readonly ProfileId[]): Promise<readonly ProfileSnapshot[]> {
    return takeSnapshots(this.parts.readsOver(tx), profileIds);
  }
}
