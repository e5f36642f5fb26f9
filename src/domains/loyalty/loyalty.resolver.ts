import { Arg, Args, Ctx, FieldResolver, Int, Mutation, Resolver, Root } from 'type-graphql';
import { actorOf } from '../../platform/auth/caller';
import { type Connection, toConnection, withCount } from '../../platform/graphql/connection';
import type { RequestContext } from '../../platform/graphql/context';
import { Int64 } from '../../platform/graphql/int64.scalar';
import { PageArguments, readPageArguments } from '../../platform/graphql/page-arguments';
import { InvalidInput } from '../../shared/errors';
import { fromPublicId } from '../../shared/ids';
import { Profile, ProfileNotFound } from '../identity';
import { lotCursor, transactionCursor } from './loyalty.cursors';
import { type AccountView, LoyaltyReads } from './loyalty.reads';
import { type AdjustPointsOutcome, LoyaltyService } from './loyalty.service';
import {
  AdjustmentRefused,
  AdjustPointsInput,
  AdjustPointsResult,
  ExpiringPoints,
  IdempotencyKeyReused,
  InsufficientPoints,
  LoyaltyAccount,
  LoyaltyTransaction,
  LoyaltyTransactionConnection,
  PointsLot,
  PointsLotConnection,
} from './loyalty.types';

const EXPIRING_DAYS_DEFAULT = 30;
const EXPIRING_DAYS_MAX = 3650;

@Resolver(() => Profile)
export class LoyaltyResolver {
  constructor(private readonly service: LoyaltyService) {}

  @Mutation(() => AdjustPointsResult, {
    description:
      'Grants or takes points by hand. Sent again with the same idempotency key it gives the ' +
      'first result and posts nothing.',
  })
  async adjustPoints(
    @Arg('input', { description: 'Whose points, how many and why.' }) input: AdjustPointsInput,
    @Ctx() context: RequestContext,
  ): Promise<typeof AdjustPointsResult> {
    const outcome = await this.service.adjustPoints({
      profileId: fromPublicId('prf', input.profileId),
      points: input.points,
      reason: input.reason,
      note: input.note ?? null,
      idempotencyKey: input.idempotencyKey,
      actor: actorOf(context.caller),
    });
    // Another mutation of this request may have read the balance as it was before.
    context.clearLoaded();
    return toResult(outcome);
  }

  @FieldResolver(() => LoyaltyAccount, {
    nullable: true,
    description: 'Points and membership tier. Zero and the base tier before any points.',
  })
  loyalty(@Root() profile: Profile): LoyaltyAccount {
    return new LoyaltyAccount(profile.profileId);
  }
}

@Resolver(() => LoyaltyAccount)
export class LoyaltyAccountResolver {
  constructor(private readonly reads: LoyaltyReads) {}

  @FieldResolver(() => Int64, {
    description: 'The points that can be spent now. Points past their expiry are not in it.',
  })
  async balance(@Root() account: LoyaltyAccount, @Ctx() context: RequestContext): Promise<bigint> {
    return (await this.load(account, context)).balance;
  }

  @FieldResolver(() => Int64, {
    description: 'All points ever earned or granted, whatever became of them. Never falls.',
  })
  async lifetimePoints(
    @Root() account: LoyaltyAccount,
    @Ctx() context: RequestContext,
  ): Promise<bigint> {
    return (await this.load(account, context)).lifetimePoints;
  }

  @FieldResolver(() => String, {
    description: 'The membership tier, by its configured name, e.g. `GOLD`.',
  })
  async tier(@Root() account: LoyaltyAccount, @Ctx() context: RequestContext): Promise<string> {
    return (await this.load(account, context)).tier;
  }

  @FieldResolver(() => Date, {
    nullable: true,
    description: 'When the tier was reached; null for one who has always been on the base tier.',
  })
  async tierSince(
    @Root() account: LoyaltyAccount,
    @Ctx() context: RequestContext,
  ): Promise<Date | null> {
    return (await this.load(account, context)).tierSince;
  }

  @FieldResolver(() => ExpiringPoints, {
    nullable: true,
    description: 'The points that will be gone within some days unless they are spent.',
  })
  async expiring(
    @Root() account: LoyaltyAccount,
    @Ctx() context: RequestContext,
    @Arg('days', () => Int, {
      defaultValue: EXPIRING_DAYS_DEFAULT,
      description: `Days from now, 1 … ${EXPIRING_DAYS_MAX}.`,
    })
    days: number,
  ): Promise<ExpiringPoints> {
    if (days < 1 || days > EXPIRING_DAYS_MAX) {
      throw new InvalidInput(`\`days\` must be between 1 and ${EXPIRING_DAYS_MAX}.`, {
        argument: 'days',
        max: EXPIRING_DAYS_MAX,
      });
    }
    const query = { profileId: account.profileId, days };
    return new ExpiringPoints(await context.load(this.reads.expiringPoints, query));
  }

  @FieldResolver(() => PointsLotConnection, {
    nullable: true,
    description: 'The points that can be spent, in the order a spend takes them.',
  })
  async lots(
    @Root() account: LoyaltyAccount,
    @Ctx() context: RequestContext,
    @Args() paging: PageArguments,
  ): Promise<Connection<PointsLot>> {
    const page = readPageArguments(paging, lotCursor);
    const lots = await context.load(this.reads.lotPages, { profileId: account.profileId, page });
    return toConnection(
      lots,
      page,
      (lot) => new PointsLot(lot),
      (lot) => lot,
    );
  }

  @FieldResolver(() => LoyaltyTransactionConnection, {
    nullable: true,
    description: 'Everything that was posted to the account, the newest posting first.',
  })
  async transactions(
    @Root() account: LoyaltyAccount,
    @Ctx() context: RequestContext,
    @Args() paging: PageArguments,
  ): Promise<Connection<LoyaltyTransaction>> {
    const page = readPageArguments(paging, transactionCursor);
    const key = { profileId: account.profileId, page };
    const transactions = await context.load(this.reads.transactionPages, key);
    const connection = toConnection(
      transactions,
      page,
      (transaction) => new LoyaltyTransaction(transaction),
      ({ id }) => id,
    );
    return withCount(connection, () =>
      context.load(this.reads.transactionCounts, account.profileId),
    );
  }

  private load({ profileId }: LoyaltyAccount, context: RequestContext): Promise<AccountView> {
    return context.load(this.reads.accountByProfile, profileId);
  }
}

@Resolver(() => LoyaltyTransaction)
export class LoyaltyTransactionResolver {
  @FieldResolver(() => LoyaltyAccount, {
    description: 'The account as it stands now, the effect of this transaction included.',
  })
  account(@Root() transaction: LoyaltyTransaction): LoyaltyAccount {
    return new LoyaltyAccount(transaction.accountProfileId);
  }
}

function toResult(outcome: AdjustPointsOutcome): typeof AdjustPointsResult {
  switch (outcome.kind) {
    case 'POSTED':
      return new LoyaltyTransaction(outcome.transaction, outcome.profileId);
    case 'INSUFFICIENT_POINTS':
      return new InsufficientPoints(outcome);
    case 'IDEMPOTENCY_KEY_REUSED':
      return new IdempotencyKeyReused(outcome);
    case 'PROFILE_NOT_FOUND':
      return new ProfileNotFound();
    case 'ADJUSTMENT_REFUSED':
      return new AdjustmentRefused(outcome);
  }
}
