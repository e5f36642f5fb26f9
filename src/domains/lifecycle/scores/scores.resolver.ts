import { Ctx, FieldResolver, Float, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../../platform/graphql/context';
import { Lifecycle } from '../stage/stage.types';
import { LifecycleScoreReads, type Outlook } from './scores.reads';
import type { Score as ScoreOf } from './scores.rules';
import { ChurnRiskDriver, LifecycleScores, Score } from './scores.types';

/** What changes with every day, and so is not stored but read off the customer's days. */
@Resolver(() => Lifecycle)
export class LifecycleScoreResolver {
  constructor(private readonly reads: LifecycleScoreReads) {}

  @FieldResolver(() => Float, {
    description:
      'How probably the customer is lost, 0 … 1, on that day. Where activity was fitted on what ' +
      'customers did, 1 - `probabilityActive`. Else a score by rule, silence / (silence + ' +
      'patience), where patience is a multiple of the own cadence: 0 on a day of activity, 0.5 ' +
      'when the patience is used up. 0 for those who have not done anything yet.',
  })
  async churnRisk(@Root() lifecycle: Lifecycle, @Ctx() context: RequestContext): Promise<number> {
    const outlook = await this.outlookOf(lifecycle, context);
    return outlook?.churn.risk ?? 0;
  }

  @FieldResolver(() => [ChurnRiskDriver], {
    description:
      'What raises or lowers the churn risk, the strongest first: against a customer who is ' +
      'average in everything, or by rule against the patience with a customer whose cadence is ' +
      'not known.',
  })
  async churnRiskDrivers(
    @Root() lifecycle: Lifecycle,
    @Ctx() context: RequestContext,
  ): Promise<ChurnRiskDriver[]> {
    const outlook = await this.outlookOf(lifecycle, context);
    return [...(outlook?.churn.drivers ?? [])];
  }

  @FieldResolver(() => Float, {
    nullable: true,
    description:
      'How probable it is that the customer does anything in the next 90 days, 0 … 1. ' +
      'Null while there are too few data to fit it on, and for those who have not done anything.',
  })
  async probabilityActive(
    @Root() lifecycle: Lifecycle,
    @Ctx() context: RequestContext,
  ): Promise<number | null> {
    const outlook = await this.outlookOf(lifecycle, context);
    return outlook?.churn.probabilityActive ?? null;
  }

  @FieldResolver(() => LifecycleScores, {
    nullable: true,
    description:
      'How the customer stands in behaviour, value and emotion, against all customers where they ' +
      'are calibrated. Null for those who have not done anything yet.',
  })
  async scores(
    @Root() lifecycle: Lifecycle,
    @Ctx() context: RequestContext,
  ): Promise<LifecycleScores | null> {
    const outlook = await this.outlookOf(lifecycle, context);
    if (outlook === null) return null;
    const { behaviour, value, emotion } = outlook.scores;
    return { behaviour: toScore(behaviour), value: toScore(value), emotion: toScore(emotion) };
  }

  /** Once for all fields of the same lifecycle, which is the key. */
  private outlookOf(lifecycle: Lifecycle, context: RequestContext): Promise<Outlook | null> {
    return context.load(this.reads.outlookByKey, lifecycle);
  }
}

function toScore({ score, components }: ScoreOf): Score {
  return { score, components: [...components] };
}
