import { Arg, Ctx, FieldResolver, Resolver, Root, Subscription } from 'type-graphql';
import type { RequestContext } from '../../../platform/graphql/context';
import { requestOf } from '../../../platform/graphql/subscriptions/sources';
import { toPublicId } from '../../../shared/ids';
import { IdentityReads, Profile } from '../../identity';
import type { StageChange } from './stage.live';
import { LifecycleStageChange, LifecycleTransitionFilter } from './stage.live.types';

@Resolver(() => LifecycleStageChange)
export class LifecycleLiveResolver {
  constructor(private readonly profiles: IdentityReads) {}

  @Subscription(() => LifecycleStageChange, {
    nullable: true,
    topics: 'lifecycleTransitions',
    topicId: requestOf,
    description:
      'Changes of stage of all customers, each at most once. The first message is null: what is ' +
      'committed from then on is told, and what was before can be read now.',
  })
  lifecycleTransitions(
    @Root() change: StageChange | null,
    @Arg('filter', () => LifecycleTransitionFilter, {
      nullable: true,
      description: 'Which of them; of the default model all where left out.',
    })
    _filter: LifecycleTransitionFilter | null,
  ): LifecycleStageChange | null {
    if (change === null) return null;
    const { profileId, model, from, to, since } = change;
    const whose = profileId;
    return { whose, profileId: toPublicId('prf', profileId), model, from, to, since };
  }

  @FieldResolver(() => Profile, {
    nullable: true,
    description: 'The customer as they are now; the survivor, where the profile was absorbed.',
  })
  async profile(
    @Root() change: LifecycleStageChange,
    @Ctx() context: RequestContext,
  ): Promise<Profile | null> {
    return context.load(this.profiles.profileById, change.whose);
  }
}
