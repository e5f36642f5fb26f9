import type { Database, Tx } from '../../platform/database/database';
import type { ProfileId } from '../../shared/ids';
import { type IdentityPolicy, IdentityReads } from '../identity';
import { blockKeysOf } from './duplicates.blocks.rules';
import { readEvidence } from './duplicates.evidence.rules';
import type { Evidence, ProfilePair, ScoredPair } from './duplicates.model';
import type { DuplicatePolicy } from './duplicates.policy';
import { scorePair } from './duplicates.rules';
import * as store from './duplicates.scan.store';

/** Goes through all profiles, a page at a time and over again, for pairs that may be one person. */
export class DuplicateScan {
  constructor(
    private readonly database: Database,
    private readonly identityPolicy: IdentityPolicy,
    private readonly policy: DuplicatePolicy,
  ) {}

  /**
   * Looks at the next page of profiles, in one transaction: where it fails, the page comes again.
   * One at a time; whoever comes meanwhile has nothing to do.
   * @returns how many profiles were looked at; 0 while the next pass is not due
   */
  async run(now: Date): Promise<number> {
    return this.database.transaction(async (tx) => {
      const position = await store.claimScan(tx);
      if (position === null || this.isPausing(position, now)) return 0;
      const limit = this.policy.profilesPerRun;
      const page = await store.findScanPage(tx, position.after, limit);
      const last = page.at(-1)?.profileId ?? null;
      if (page.length > 0) await this.scan(tx, page, now);
      // A page that is not full is the last one.
      const isEnd = page.length < limit;
      const { passEndedAt } = position;
      await store.saveScan(
        tx,
        isEnd ? { after: null, passEndedAt: now } : { after: last, passEndedAt },
      );
      return page.length;
    });
  }

  private isPausing({ after, passEndedAt }: store.ScanPosition, now: Date): boolean {
    if (after !== null || passEndedAt === null) return false;
    return now.getTime() - passEndedAt.getTime() < this.policy.passPauseMs;
  }

  /**
   * Every pair is looked at once in a pass, with the page of the greater id: by then the other one
   * is in its blocks as of this pass.
   */
  private async scan(tx: Tx, page: readonly store.ScannedProfile[], now: Date): Promise<void> {
    const pageIds = page.map(({ profileId }) => profileId);
    const livingIds = page.flatMap((one) => (one.isAbsorbed ? [] : [one.profileId]));
    const evidence = await this.readEvidence(tx, livingIds);
    const keys = new Map([...evidence].map(([id, known]) => [id, blockKeysOf(known)]));
    await store.replaceBlocks(tx, pageIds, keys);
    const blocks = await store.findBlocks(tx, livingIds, this.policy.blockSizeMax);
    const found = await this.score(tx, pairsOf(blocks, new Set(livingIds)), evidence);
    const dismissed = await store.findDismissed(tx, found);
    const isDismissed = new Set(dismissed.map(pairText));
    const open = found.filter((pair) => !isDismissed.has(pairText(pair)));
    await store.saveCandidates(tx, pageIds, open, now);
  }

  /** Those of the pairs that reach the score to be proposed. */
  private async score(
    tx: Tx,
    pairs: readonly ProfilePair[],
    ofPage: ReadonlyMap<ProfileId, Evidence>,
  ): Promise<readonly ScoredPair[]> {
    const others = new Set(pairs.map(({ profileId }) => profileId).filter((id) => !ofPage.has(id)));
    const known = new Map(ofPage);
    for (const ids of chunksOf([...others], this.policy.profilesPerRun)) {
      for (const [id, evidence] of await this.readEvidence(tx, ids)) known.set(id, evidence);
    }
    return pairs.flatMap((pair) => {
      const [left, right] = [known.get(pair.profileId), known.get(pair.otherProfileId)];
      if (left === undefined || right === undefined) return [];
      const { score, reasons } = scorePair(left, right, this.policy);
      return score < this.policy.scoreMin ? [] : [{ ...pair, score, reasons }];
    });
  }

  private async readEvidence(
    tx: Tx,
    profileIds: readonly ProfileId[],
  ): Promise<ReadonlyMap<ProfileId, Evidence>> {
    const reads = new IdentityReads(tx, this.identityPolicy);
    const traits = await reads.traitsByProfile(profileIds);
    const identifiers = await reads.identifiersByProfile(profileIds);
    return new Map(
      profileIds.map((profileId, index) => [
        profileId,
        readEvidence(
          traits[index] ?? {},
          identifiers[index] ?? [],
          this.identityPolicy,
          this.policy,
        ),
      ]),
    );
  }
}

/** Each pair once whose second profile is of the page. */
function pairsOf(
  blocks: readonly { readonly members: readonly ProfileId[] }[],
  page: ReadonlySet<ProfileId>,
): readonly ProfilePair[] {
  const pairs = new Map<string, ProfilePair>();
  for (const { members } of blocks) {
    for (const otherProfileId of members) {
      if (!page.has(otherProfileId)) continue;
      for (const profileId of members) {
        if (profileId >= otherProfileId) continue;
        const pair = { profileId, otherProfileId };
        pairs.set(pairText(pair), pair);
      }
    }
  }
  return [...pairs.values()];
}

function pairText({ profileId, otherProfileId }: ProfilePair): string {
  return `${profileId} ${otherProfileId}`;
}

function* chunksOf<T>(list: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < list.length; start += size) yield list.slice(start, start + size);
}
