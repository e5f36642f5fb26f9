import { Arg, Query, Resolver } from 'type-graphql';
import type { Clock } from '../../../shared/clock';
import { startOfDay } from '../../../shared/days';
import { pairFlows, stageFlows } from './flow.rules';
import { LifecycleFlow } from './flow.types';
import { dayRange } from './goals.range.rules';
import { LifecycleGoalReads } from './goals.reads';

@Resolver()
export class LifecycleFlowResolver {
  constructor(
    private readonly reads: LifecycleGoalReads,
    private readonly clock: Clock,
  ) {}

  @Query(() => LifecycleFlow, {
    nullable: true,
    description:
      'How customers moved between the stages of a model, by whole days (UTC). Added up by a job ' +
      'in passes over all customers (`knownAt`); null before the first pass that took the model in.',
  })
  async lifecycleFlow(
    @Arg('from', () => Date, {
      description: 'From the day that holds this instant on, from 1970 and not in the future.',
    })
    from: Date,
    @Arg('to', () => Date, {
      nullable: true,
      description:
        'To the day that holds the last instant before this one; to the latest known where left out.',
    })
    to: Date | null = null,
    @Arg('model', () => String, {
      nullable: true,
      description: 'The name of a model in use; the default one where left out.',
    })
    model: string | null = null,
  ): Promise<LifecycleFlow | null> {
    const { name, stages, reckoned } = await this.reads.model(model);
    const now = this.clock.now();
    const { first, end } = dayRange({ from, to }, reckoned?.asOf ?? now, now);
    if (reckoned === null) return null;
    const after = end > first ? end : first;
    const moves = await this.reads.moves(reckoned, first, after);
    const names = stages.map((stage) => stage.name);
    const [ofStages = []] = stageFlows(names, moves, 1);
    return {
      model: name,
      since: startOfDay(first),
      until: startOfDay(after),
      knownAt: reckoned.asOf,
      stages: [...ofStages],
      flows: [...pairFlows(names, moves)],
    };
  }
}
