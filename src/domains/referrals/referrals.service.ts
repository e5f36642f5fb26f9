import type { Database, Tx } from '../../platform/database/database';
import { TransactionConflict } from '../../platform/database/transaction';
import { PROFILE_CHANGED } from '../../platform/live/topics';
import type { Clock } from '../../shared/clock';
import type { IdSource, ProfileId } from '../../shared/ids';
import { firstDaysWith } from '../activity';
import { type EventIngest, recordForProfile } from '../events';
import type { ProfileDirectory } from '../identity';
import { generateCode, normaliseCode, type RandomBytes } from './referrals.codes';
import { REFERRAL_CLAIMED } from './referrals.projection';
import { ancestorsOf, type ClaimRefusal, type Referral, refuseClaim } from './referrals.rules';
import * as store from './referrals.store';

/** A generated code is taken once in some 10^8 times; this many in a row do not happen. */
const CODE_ATTEMPTS_MAX = 5;

export type CreateCodeOutcome =
  | { readonly outcome: 'CODE'; readonly code: store.CodeRow }
  | { readonly outcome: 'CODE_TAKEN'; readonly code: string }
  | { readonly outcome: 'INVALID_CODE' }
  | { readonly outcome: 'PROFILE_NOT_FOUND' };

export type ClaimOutcome =
  | { readonly outcome: 'CLAIMED'; readonly referral: Referral }
  | { readonly outcome: 'ALREADY_REFERRED'; readonly earlier: Referral }
  | { readonly outcome: Exclude<ClaimRefusal, 'ALREADY_REFERRED'> }
  | { readonly outcome: 'CODE_NOT_FOUND' }
  | { readonly outcome: 'PROFILE_NOT_FOUND' };

type CodeOwner = Omit<store.CodeRow, 'code'>;

export class ReferralService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: IdSource,
    private readonly randomBytes: RandomBytes,
    private readonly profiles: Pick<
      ProfileDirectory,
      'lockProfile' | 'lockProfiles' | 'primaryIdentifiers'
    >,
    private readonly events: EventIngest,
  ) {}

  /**
   * Gives a profile a code to pass on.
   * @param wanted a code of the company's own choice; it becomes the one the profile goes by. Null
   *   for the code the profile has, or a new one where it has none.
   * @param createdAt since when a new code has been about, where it was given out elsewhere; claims
   *   from before do not stand. Now where left out.
   */
  async createCode(asked: {
    readonly profileId: ProfileId;
    readonly wanted: string | null;
    readonly createdAt?: Date;
  }): Promise<CreateCodeOutcome> {
    const wanted = asked.wanted === null ? null : normaliseCode(asked.wanted);
    if (asked.wanted !== null && wanted === null) return { outcome: 'INVALID_CODE' };
    return this.database.transaction(async (tx) => {
      // The lock makes "has none yet" true until the commit.
      const profileId = await this.profiles.lockProfile(tx, asked.profileId);
      if (profileId === null) return { outcome: 'PROFILE_NOT_FOUND' };
      const createdAt = asked.createdAt ?? this.clock.now();
      const owner = await this.ownerOf(tx, profileId, createdAt);
      tx.note(PROFILE_CHANGED, [profileId]);
      return wanted === null
        ? { outcome: 'CODE', code: await this.ensureCode(tx, owner) }
        : this.reserveCode(tx, owner, wanted);
    });
  }

  /**
   * Records that a customer was brought by the owner of a code. A refusal is decided before
   * anything is written.
   * @param source who sends it, e.g. `key:crm-sync`
   */
  async claim(
    asked: { readonly code: string; readonly refereeId: ProfileId },
    source: string,
  ): Promise<ClaimOutcome> {
    const code = normaliseCode(asked.code);
    if (code === null) return { outcome: 'CODE_NOT_FOUND' };
    return this.database.transaction(async (tx) => {
      const [row] = await store.findCodes(tx, [code]);
      if (row === undefined || row.createdAt > this.clock.now()) {
        return { outcome: 'CODE_NOT_FOUND' };
      }
      await store.lockReferralGraph(tx);
      // Both at once and in one order, so that two who claim each other's code wait in line.
      const [referee = null, referrer = null] = await this.profiles.lockProfiles(tx, [
        asked.refereeId,
        row.profileId,
      ]);
      if (referee === null) return { outcome: 'PROFILE_NOT_FOUND' };
      if (referrer === null) return { outcome: 'CODE_NOT_FOUND' };
      // A code goes with its identifier, which may have left the profile before we had the lock.
      const [held] = await store.findCodes(tx, [code]);
      if (held?.profileId !== referrer) throw new TransactionConflict('A referral code moved.');
      return this.decideClaim(tx, { code, referee, referrer }, source);
    });
  }

  private async decideClaim(
    tx: Tx,
    claim: { readonly code: string; readonly referee: ProfileId; readonly referrer: ProfileId },
    source: string,
  ): Promise<ClaimOutcome> {
    const { code, referee, referrer } = claim;
    const counting = await store.findReferralsThatCount(tx, [referee]);
    const earlier = counting.find(({ status }) => status !== 'VOID') ?? counting[0];
    const referrers = await store.findReferrersUpwards(tx, [referrer]);
    const orderDays = await firstDaysWith(tx, [referee], 'revenueMinor');
    const refusal = refuseClaim({
      referrer,
      referee,
      isReferred: earlier !== undefined,
      referrerAncestors: ancestorsOf(referrer, referrers),
      hasOrdered: orderDays.has(referee),
    });
    if (refusal === 'ALREADY_REFERRED') return { outcome: refusal, earlier: must(earlier) };
    if (refusal !== null) return { outcome: refusal };

    const now = this.clock.now();
    const event = {
      profileId: referee,
      messageId: this.ids.next<string>(),
      name: REFERRAL_CLAIMED,
      occurredAt: now,
      properties: { code },
    };
    await recordForProfile(this.events, tx, source, event, now);
    const [referral] = await store.findStandingReferrals(tx, [referee]);
    return { outcome: 'CLAIMED', referral: must(referral) };
  }

  private async ensureCode(tx: Tx, owner: CodeOwner): Promise<store.CodeRow> {
    const [current] = await store.findCurrentCodes(tx, [owner.profileId]);
    if (current !== undefined) return current;
    for (let attempt = 1; attempt <= CODE_ATTEMPTS_MAX; attempt += 1) {
      const code = generateCode(this.randomBytes);
      const inserted = await store.insertCode(tx, { ...owner, code });
      if (inserted !== null) return inserted;
    }
    throw new Error(`Generated codes were taken ${CODE_ATTEMPTS_MAX} times in a row.`);
  }

  /** Whose a new code is: a code belongs to an identifier, as everything does that may move. */
  private async ownerOf(tx: Tx, profileId: ProfileId, createdAt: Date): Promise<CodeOwner> {
    const primary = (await this.profiles.primaryIdentifiers(tx, [profileId])).get(profileId);
    return { profileId, identifierId: must(primary).identifierId, createdAt };
  }

  private async reserveCode(tx: Tx, owner: CodeOwner, code: string): Promise<CreateCodeOutcome> {
    const inserted = await store.insertCode(tx, { ...owner, code });
    if (inserted !== null) return { outcome: 'CODE', code: inserted };
    const [taken] = await store.findCodes(tx, [code]);
    // Asking again for a code of one's own gives it again.
    return taken?.profileId === owner.profileId
      ? { outcome: 'CODE', code: taken }
      : { outcome: 'CODE_TAKEN', code };
  }
}

/** A value that the steps before guarantee. */
function must<Value>(value: Value | undefined): Value {
  if (value === undefined) {
    throw new TransactionConflict('What must be there of a referral or profile is not.');
  }
  return value;
}
