import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../../platform/graphql/context';
import { Event, toEvent } from '../../events';
import { LifecycleTransition } from '../stage/stage.types';
import { TriggerReads } from './trigger.reads';

@Resolver(() => LifecycleTransition)
export class LifecycleTriggerResolver {
  constructor(private readonly reads: TriggerReads) {}

  @FieldResolver(() => Event, {
    nullable: true,
    description:
      'The event that brought it about: of the day on which it fell, which is judged as a whole, ' +
      'the first by its time after which the day came to this stage. Null where `cause` is not ' +
      'EVENT, where what others did brought it about (a referral that converted), and where it ' +
      'cannot be told any more: events of that day are no longer kept, or there are more than ' +
      '500.',
  })
  async triggeringEvent(
    @Root() transition: LifecycleTransition,
    @Ctx() context: RequestContext,
  ): Promise<Event | null> {
    const found = await this.reads.find(context, transition.stored);
    return found === null ? null : toEvent(found);
  }
}
