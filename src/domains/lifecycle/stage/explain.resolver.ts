import { Arg, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../../platform/graphql/context';
import { Language } from '../../../platform/graphql/language.type';
import type { Currency } from '../../../shared/currency';
import type { Language as LanguageName } from '../../../shared/language';
import { ActivityReads } from '../../activity';
import { History } from '../facts/history';
import { nextStages } from './next-stages.rules';
import { rulingAt } from './ruling';
import { LifecycleReads } from './stage.reads';
import { Lifecycle, LifecycleMissing, LifecycleReason, NextLifecycleStage } from './stage.types';
import { missingInWords, reasonInWords } from './wording.rules';

/** What it would take to move a customer on. */
@Resolver(() => Lifecycle)
export class NextStagesResolver {
  constructor(
    private readonly reads: LifecycleReads,
    private readonly activity: ActivityReads,
  ) {}

  @FieldResolver(() => [NextLifecycleStage], {
    description:
      'The stages further on, the nearest first, and what is missing for each today; of a customer ' +
      'who is lost, those they would come back to. Empty before the first event.',
  })
  async nextStages(
    @Root() { profileId, model, asOf }: Lifecycle,
    @Ctx() context: RequestContext,
  ): Promise<NextLifecycleStage[]> {
    const [rulings, days] = await Promise.all([
      context.load(this.reads.rulingsByModel, model),
      context.load(this.activity.daysByProfile, profileId),
    ]);
    if (rulings === null) return [];
    const { compiled } = rulingAt(rulings, asOf);
    const history = History.at(days, compiled.measures, asOf);
    if (!history.isBegun) return [];
    return nextStages(history, compiled).map(({ stage, missing }) => ({
      stage,
      missing: missing.map((one) => Object.assign(new LifecycleMissing(), one)),
    }));
  }
}

@Resolver(() => LifecycleReason)
export class LifecycleReasonResolver {
  constructor(private readonly currency: Currency) {}

  @FieldResolver(() => String, { description: 'The reason as a sentence.' })
  text(
    @Root() reason: LifecycleReason,
    @Arg('language', () => Language, { defaultValue: 'EN', description: 'English by default.' })
    language: LanguageName,
  ): string {
    return reasonInWords(reason, language, this.currency);
  }
}

@Resolver(() => LifecycleMissing)
export class LifecycleMissingResolver {
  constructor(private readonly currency: Currency) {}

  @FieldResolver(() => String, { description: 'What is missing as a sentence.' })
  text(
    @Root() missing: LifecycleMissing,
    @Arg('language', () => Language, { defaultValue: 'EN', description: 'English by default.' })
    language: LanguageName,
  ): string {
    return missingInWords(missing, language, this.currency);
  }
}
