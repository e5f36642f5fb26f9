import type { Sql } from '../../platform/database/database';
import { inOrderOf } from '../../platform/graphql/batch';
import type { BatchLoad } from '../../platform/graphql/context';
import type { ProfileId } from '../../shared/ids';
import type { LifecycleModel } from './lifecycle.model';
import type { Ruling } from './lifecycle.ruling';
import type { LifecycleRulings } from './lifecycle.rulings';
import {
  findHistoryPages,
  findStates,
  type HistoryPage,
  type LifecycleState,
} from './lifecycle.store';
import type { StoredTransition } from './lifecycle.transitions';

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

  /** The version of the model that is in force; null where the model is not in use. */
  async modelInForce(name: string | null): Promise<LifecycleModel | null> {
    const rulings = await this.rulings.inForce(this.sql);
    const ofModel = rulings.get(name ?? this.rulings.defaultModel.name);
    return ofModel?.[ofModel.length - 1]?.compiled.model ?? null;
  }

  /** The stages of the default model, in the order of a life. */
  async stageNames(): Promise<readonly string[]> {
    const model = await this.modelInForce(null);
    return model?.stages.map(({ name }) => name) ?? [];
  }

  /** What decides the default model's stages, by time. */
  async defaultRulings(): Promise<readonly Ruling[]> {
    const rulings = await this.rulings.inForce(this.sql);
    return rulings.get(this.rulings.defaultModel.name) ?? [];
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

  readonly historyByPage: BatchLoad<HistoryPage, readonly StoredTransition[]> = (pages) =>
    findHistoryPages(this.sql, pages);
}
