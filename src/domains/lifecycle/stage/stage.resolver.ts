import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { type Connection, toConnection } from '../../../platform/graphql/connection';
import type { RequestContext } from '../../../platform/graphql/context';
import { instantCursor } from '../../../platform/graphql/instant-cursor';
import { PageArguments, readPageArguments } from '../../../platform/graphql/page-arguments';
import type { Clock } from '../../../shared/clock';
import { toPublicId } from '../../../shared/ids';
import { ActivityReads } from '../../activity';
import { Profile } from '../../identity';
import { initialStage, type LifecycleModel } from '../models/model';
import {
  FutureInstant,
  LifecycleModelNotInUse,
  UnknownLifecycleModel,
} from '../models/models.errors';
import { lastOf, latestOf, type Ruling, rulingAt } from './ruling';
import { LifecycleReads } from './stage.reads';
import type { LifecycleState } from './stage.store';
import { Lifecycle, LifecycleTransition, LifecycleTransitionConnection } from './stage.types';
import { stageTimeline } from './timeline';
import type { StoredTransition } from './transitions';

/** Which of a profile's pasts is meant. */
interface Past {
  readonly asOf: Date;
  readonly knownAt: Date;
}

@Resolver(() => Profile)
export class LifecycleResolver {
  constructor(
    private readonly reads: LifecycleReads,
    private readonly activity: ActivityReads,
    private readonly clock: Clock,
  ) {}

  @FieldResolver(() => Lifecycle, {
    description: 'Where the customer stands in their life with the company, and why.',
  })
  async lifecycle(
    @Root() profile: Profile,
    @Ctx() context: RequestContext,
    @Arg('model', () => String, {
      nullable: true,
      description:
        'The name of the model that decides; the default one where left out. One that was retired ' +
        'is told of as of instants at which it was in use; its history is no longer kept up, and ' +
        'as of others it is refused.',
    })
    name: string | null,
    @Arg('asOf', () => Date, {
      nullable: true,
      description:
        'Where the customer stood at this instant; now where left out. Before their first event ' +
        'everybody is in the first stage. Not in the future.',
    })
    asOf: Date | null,
    @Arg('knownAt', () => Date, {
      nullable: true,
      description:
        'What was known at this instant of stage, since and reasons: late events, merges and ' +
        'unmerges may have changed the past since. Now where left out. The other figures are as ' +
        'known now. Not in the future.',
    })
    knownAt: Date | null,
  ): Promise<Lifecycle> {
    const asked = name ?? this.reads.defaultModelName;
    // Nearly always it is the present that is asked for: its state comes with what decides it.
    const [rulings, state] = await Promise.all([
      context.load(this.reads.rulingsByModel, asked),
      asOf || knownAt
        ? null
        : context.load(this.reads.stateByKey, { profileId: profile.profileId, model: asked }),
    ]);
    if (rulings === null) throw new UnknownLifecycleModel(asked);
    const now = this.clock.now();
    const past = { asOf: asOf ?? now, knownAt: knownAt ?? now };
    if (past.asOf > now) throw new FutureInstant('asOf');
    if (past.knownAt > now) throw new FutureInstant('knownAt');
    const { isRetired } = asOf ? rulingAt(rulings, asOf) : lastOf(rulings);
    if (isRetired) throw new LifecycleModelNotInUse(asked, past.asOf);
    if (asOf || knownAt) {
      // Of a retired model what is recorded is not kept up; what is known now the days tell.
      const isKept = Boolean(knownAt) || !lastOf(rulings).isRetired;
      return this.pastLifecycle(profile, context, rulings, past, isKept);
    }
    const { model } = latestOf(rulings);
    return state === null ? newcomer(profile, model, now) : toLifecycle(state, now);
  }

  private async pastLifecycle(
    { profileId }: Profile,
    context: RequestContext,
    rulings: readonly Ruling[],
    { asOf, knownAt }: Past,
    isKept: boolean,
  ): Promise<Lifecycle> {
    const { model } = rulingAt(rulings, asOf).compiled;
    const [transition, days] = await Promise.all([
      isKept
        ? context.load(this.reads.transitionAt, { profileId, model: model.name, asOf, knownAt })
        : null,
      context.load(this.activity.daysByProfile, profileId),
    ]);
    const { segments, risk, nextEvaluationAt } = stageTimeline(days, rulings, asOf);
    const kept = transition && {
      ...transition,
      stage: transition.toStage,
      since: transition.occurredAt,
    };
    const told = isKept ? kept : segments.at(-1);
    return Object.assign(new Lifecycle(), {
      profileId,
      asOf,
      model: model.name,
      modelVersion: model.version,
      stage: told?.stage ?? initialStage(model),
      since: told?.since ?? asOf,
      reasons: [...(told?.reasons ?? [])],
      atRisk: risk !== null,
      atRiskSince: risk?.since ?? null,
      atRiskReasons: [...(risk?.reasons ?? [])],
      nextEvaluationAt,
    });
  }
}

@Resolver(() => Lifecycle)
export class LifecycleHistoryResolver {
  constructor(private readonly reads: LifecycleReads) {}

  @FieldResolver(() => LifecycleTransitionConnection, {
    description: 'The changes of stage as they are known now, newest first.',
  })
  async history(
    @Root() lifecycle: Lifecycle,
    @Ctx() context: RequestContext,
    @Args() paging: PageArguments,
  ): Promise<Connection<LifecycleTransition>> {
    const page = readPageArguments(paging, instantCursor);
    const { profileId, model } = lifecycle;
    const rows = await context.load(this.reads.historyByPage, { profileId, model, page });
    return toConnection(rows, page, toTransition, ({ occurredAt, id }) => ({ at: occurredAt, id }));
  }
}

function newcomer(profile: Profile, model: LifecycleModel, asOf: Date): Lifecycle {
  return Object.assign(new Lifecycle(), {
    profileId: profile.profileId,
    asOf,
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

function toLifecycle(state: LifecycleState, asOf: Date): Lifecycle {
  const { lastActiveDay, patienceDays, ...shown } = state;
  return Object.assign(new Lifecycle(), {
    ...shown,
    asOf,
    atRisk: state.atRiskSince !== null,
  });
}

function toTransition(row: StoredTransition): LifecycleTransition {
  const { fromStage, toStage, occurredAt, cause, reasons, modelVersion } = row;
  return {
    stored: row,
    id: toPublicId('trn', row.id),
    from: fromStage,
    to: toStage,
    occurredAt,
    cause,
    reasons: [...reasons],
    modelVersion,
  };
}
