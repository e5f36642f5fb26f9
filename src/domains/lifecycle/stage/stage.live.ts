import type { Sql } from '../../../platform/database/database';
import type { SubscriptionSource } from '../../../platform/graphql/subscriptions/sources';
import { Happenings } from '../../../platform/live/happenings';
import type { LiveFeed } from '../../../platform/live/live-feed';
import { findMessages, type OutboxMessage, toOutboxPlace } from '../../../platform/outbox/outbox';
import { InvalidInput } from '../../../shared/errors';
import type { ProfileId } from '../../../shared/ids';
import { UnknownLifecycleModel } from '../models/models.errors';
import { lastOf, latestOf } from './ruling';
import type { LifecycleTransitionFilter } from './stage.live.types';
import type { LifecycleReads } from './stage.reads';

/** A change of stage as it was recorded. */
export interface StageChange {
  readonly profileId: ProfileId;
  readonly model: string;
  readonly from: string;
  readonly to: string;
  readonly since: Date;
}

/** Changes of stage, each one, of everybody. */
export function stageChanges(feed: LiveFeed, sql: Sql, reads: LifecycleReads): SubscriptionSource {
  const happenings = new Happenings<StageChange>({
    feed,
    topic: 'lifecycle.stage-changed',
    load: async (ids) => (await findMessages(sql, ids.map(toOutboxPlace))).map(toStageChange),
  });
  return ({ args }) => {
    const filter = (args['filter'] ?? {}) as LifecycleTransitionFilter;
    return happenings.subscribe(() => toCondition(filter, reads));
  };
}

/** A misspelt stage must not look like one that nobody comes to. */
async function toCondition(
  filter: LifecycleTransitionFilter,
  reads: LifecycleReads,
): Promise<(change: StageChange) => boolean> {
  const name = filter.model ?? reads.defaultModelName;
  const [rulings] = await reads.rulingsByModel([name]);
  if (!rulings || lastOf(rulings).isRetired) throw new UnknownLifecycleModel(name);
  const stages = latestOf(rulings).model.stages.map((stage) => stage.name);
  const from = readStages('filter.from', filter.from, stages);
  const to = readStages('filter.to', filter.to, stages);
  return (change) =>
    change.model === name && (from?.has(change.from) ?? true) && (to?.has(change.to) ?? true);
}

function readStages(
  argument: string,
  asked: readonly string[] | null | undefined,
  stages: readonly string[],
): ReadonlySet<string> | null {
  if (!asked) return null;
  if (asked.every((stage) => stages.includes(stage))) return new Set(asked);
  throw new InvalidInput(`There is no such stage. Stages: ${stages.join(', ')}.`, {
    argument,
    stages,
  });
}

function toStageChange({ profileId, payload }: OutboxMessage): StageChange {
  return {
    profileId,
    model: String(payload['model']),
    from: String(payload['from']),
    to: String(payload['to']),
    since: new Date(String(payload['since'])),
  };
}
