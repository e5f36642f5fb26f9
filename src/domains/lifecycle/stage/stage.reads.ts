import type { Sql } from '../../../platform/database/database';
import { inOrderOf } from '../../../platform/graphql/batch';
import type { BatchLoad } from '../../../platform/graphql/context';
import type { ProfileId } from '../../../shared/ids';
import { UnknownLifecycleModel } from '../models/models.errors';
import { alwaysInForce, lastOf, latestOf, type Ruling } from './ruling';
import type { LifecycleRulings } from './rulings';
import {
  findHistoryPages,
  findStates,
  findTransitionsAt,
  type HistoryPage,
  type LifecycleState,
  type Moment,
} from './stage.store';
import type { StoredTransition } from './transitions';

/** A profile under one model. */
export interface StateKey {
  readonly profileId: ProfileId;
  readonly model: string;
}

export class LifecycleReads {
  constructor(
    private readonly sql: Sql,
    private readonly rulings: LifecycleRulings,
  ) {}

  get defaultModelName(): string {
    return this.rulings.defaultModel.name;
  }

  /**
   * What decides a model's stages, by time; of a retired one, what did. Null where the model never
   * was in use.
   */
  readonly rulingsByModel: BatchLoad<string, readonly Ruling[] | null> = async (names) => {
    const rulings = await this.rulings.ever(this.sql, names);
    return names.map((name) => rulings.get(name) ?? null);
  };

  /**
   * The stages of a model in use, in the order of a life.
   * @param name the default model where null
   * @throws UnknownLifecycleModel where it is not in use
   */
  async stageNames(name: string | null = null): Promise<readonly string[]> {
    const rulings =
      name === null ? await this.defaultRulings() : (await this.rulingsByModel([name]))[0];
    if (!rulings || lastOf(rulings).isRetired) throw new UnknownLifecycleModel(name ?? '');
    return latestOf(rulings).model.stages.map((stage) => stage.name);
  }

  /** What decides the default model's stages, by time. */
  async defaultRulings(): Promise<readonly Ruling[]> {
    const [rulings] = await this.rulingsByModel([this.defaultModelName]);
    return rulings ?? alwaysInForce(this.rulings.defaultModel);
  }

  /** Under the default model. Null for a profile that has not done anything yet. */
  readonly stateByProfile: BatchLoad<ProfileId, LifecycleState | null> = async (profileIds) => {
    const rows = await findStates(this.sql, [this.rulings.defaultModel.name], profileIds);
    return inOrderOf(profileIds, rows, (row) => row.profileId);
  };

  /** Null for a profile that has not done anything yet. */
  readonly stateByKey: BatchLoad<StateKey, LifecycleState | null> = async (keys) => {
    const rows = await findStates(
      this.sql,
      [...new Set(keys.map(({ model }) => model))],
      keys.map(({ profileId }) => profileId),
    );
    const byKey = new Map(rows.map((row) => [`${row.profileId} ${row.model}`, row]));
    return keys.map(({ profileId, model }) => byKey.get(`${profileId} ${model}`) ?? null);
  };

  readonly transitionAt: BatchLoad<Moment, StoredTransition | null> = (moments) =>
    findTransitionsAt(this.sql, moments);

  readonly historyByPage: BatchLoad<HistoryPage, readonly StoredTransition[]> = (pages) =>
    findHistoryPages(this.sql, pages);
}
