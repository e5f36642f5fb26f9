import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BatchLoad, RequestContext } from '../../../platform/graphql/context';
import { dayOf, type EpochDay } from '../../../shared/days';
import type { ProfileId } from '../../../shared/ids';
import type { ActivityReads } from '../../activity';
import type { DayEventReads, DayEvents } from '../../events';
import { rulingAt } from '../stage/ruling';
import type { LifecycleReads } from '../stage/stage.reads';
import type { StoredTransition } from '../stage/transitions';
import { triggerOf } from './trigger.rules';

type TriggeringEvent = DayEvents['telling'][number]['event'];

/** Finds the events that brought transitions about. */
export class TriggerReads {
  constructor(
    private readonly lifecycle: LifecycleReads,
    private readonly activity: ActivityReads,
    private readonly events: DayEventReads,
  ) {}

  /** Null where no event did, or it cannot be told which. */
  async find(
    context: RequestContext,
    transition: StoredTransition,
  ): Promise<TriggeringEvent | null> {
    const { profileId, model, cause, occurredAt, toStage } = transition;
    if (cause !== 'EVENT') return null;
    const [rulings, days, events] = await Promise.all([
      context.load(this.lifecycle.rulingsByModel, model),
      context.load(this.activity.daysByProfile, profileId),
      context.load(this.eventsByDay, keyOf(profileId, dayOf(occurredAt))),
    ]);
    if (rulings === null) return null;
    // A page of transitions has many days to tell again, and others wait.
    await nextTurn();
    const { compiled } = rulingAt(rulings, occurredAt);
    return triggerOf({ stage: toStage, since: occurredAt }, days, events, compiled);
  }

  /** By text, so that transitions of several models on one day share what is read of it. */
  private readonly eventsByDay: BatchLoad<string, DayEvents> = (keys) =>
    this.events.eventsByDay(keys.map(readKey));
}

function keyOf(profileId: ProfileId, day: EpochDay): string {
  return `${profileId} ${day}`;
}

function readKey(key: string) {
  const [profileId, day] = key.split(' ');
  return { profileId: profileId as ProfileId, day: Number(day) as EpochDay };
}
