import { Arg, Query, Resolver } from 'type-graphql';
import type { Clock } from '../../../shared/clock';
import { LifecycleRolloutReads } from './rollout.reads';
import { LifecycleRolloutProgress } from './rollout.types';

@Resolver(() => LifecycleRolloutProgress)
export class LifecycleRolloutResolver {
  constructor(
    private readonly reads: LifecycleRolloutReads,
    private readonly clock: Clock,
  ) {}

  @Query(() => LifecycleRolloutProgress, {
    nullable: true,
    description:
      'How far the last change of a model has been carried through; null where there was none yet.',
  })
  async lifecycleRollout(
    @Arg('model', () => String, {
      nullable: true,
      description: 'The name of the model; the default one where left out.',
    })
    model: string | null = null,
  ): Promise<LifecycleRolloutProgress | null> {
    const progress = await this.reads.progressOf(model);
    return progress === null ? null : new LifecycleRolloutProgress(progress, this.clock.now());
  }
}
