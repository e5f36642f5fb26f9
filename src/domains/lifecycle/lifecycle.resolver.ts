import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { type Connection, pageSize, toConnection } from '../../platform/graphql/connection';
import type { RequestContext } from '../../platform/graphql/context';
import { decodeInstantCursor, instantPosition } from '../../platform/graphql/instant-cursor';
import { toPublicId } from '../../shared/ids';
import { Profile } from '../identity';
import { UnknownLifecycleModel } from './lifecycle.errors';
import { initialStage, type LifecycleModel } from './lifecycle.model';
import { LifecycleReads } from './lifecycle.reads';
import type { LifecycleState } from './lifecycle.store';
import type { StoredTransition } from './lifecycle.transitions';
import { Lifecycle, LifecycleTransition, LifecycleTransitionConnection } from './lifecycle.types';

@Resolver(() => Profile)
export class LifecycleResolver {
  constructor(private readonly reads: LifecycleReads) {}

  @FieldResolver(() => Lifecycle, {
    description: 'Where the customer stands in their life with the company, and why.',
  })
  async lifecycle(
    @Root() profile: Profile,
    @Ctx() context: RequestContext,
    @Arg('model', () => String, {
      nullable: true,
      description: 'The name of the model that decides; the default one where left out.',
    })
    name: string | null,
  ): Promise<Lifecycle> {
    const model = await this.reads.modelInForce(name);
    if (model === null) throw new UnknownLifecycleModel(name ?? '');
    const key = { profileId: profile.profileId, model: model.name };
    const state = await context.load(this.reads.stateByKey, key);
    return state === null ? newcomer(profile, model) : toLifecycle(state);
  }
}

@Resolver(() => Lifecycle)
export class LifecycleHistoryResolver {
  constructor(private readonly reads: LifecycleReads) {}

  @FieldResolver(() => LifecycleTransitionConnection, {
    description: 'The changes of stage that led here, newest first.',
  })
  async history(
    @Root() lifecycle: Lifecycle,
    @Ctx() context: RequestContext,
    @Arg('first', () => Int, { nullable: true, description: 'Page size, 1 … 100; 20 by default.' })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'The end of the page before.' })
    after: string | null,
  ): Promise<Connection<LifecycleTransition>> {
    const size = pageSize(first);
    const rows = await context.load(this.reads.historyByPage, {
      profileId: lifecycle.profileId,
      model: lifecycle.model,
      after: decodeInstantCursor(after),
      limit: size + 1,
    });
    return toConnection(rows, size, toTransition, (row) => instantPosition(row.occurredAt, row.id));
  }
}

function newcomer(profile: Profile, model: LifecycleModel): Lifecycle {
  return Object.assign(new Lifecycle(), {
    profileId: profile.profileId,
    model: model.name,
    modelVersion: model.version,
    stage: initialStage(model),
    since: profile.createdAt,
    reasons: [],
    atRisk: false,
    atRiskSince: null,
    atRiskReasons: [],
    nextEvaluationAt: null,
  });
}

function toLifecycle(state: LifecycleState): Lifecycle {
  const { lastActiveDay, patienceDays, ...shown } = state;
  return Object.assign(new Lifecycle(), {
    ...shown,
    atRisk: state.atRiskSince !== null,
  });
}

function toTransition(row: StoredTransition): LifecycleTransition {
  const { fromStage, toStage, occurredAt, cause, reasons, modelVersion } = row;
  return {
    id: toPublicId('trn', row.id),
    from: fromStage,
    to: toStage,
    occurredAt,
    cause,
    reasons: [...reasons],
    modelVersion,
  };
}
