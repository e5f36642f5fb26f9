import type { Sql } from '../../../platform/database/database';
import { type LifecycleModel, modelOf } from '../models/model';
import { isModelName } from '../models/model-document';
import { presetOf } from '../models/presets';
import { type CompiledModel, compileModel } from './compiled';
import { alwaysInForce, type Ruling } from './ruling';
import * as store from './rulings.store';

/** What decides, by model, the default one first. Each has one ruling at least, by time. */
export type Rulings = ReadonlyMap<string, readonly Ruling[]>;

/**
 * The lifecycle models in force, compiled, in memory. Every transaction that evaluates asks how
 * many rulings there are, under the locks of its profiles: whoever evaluates a profile after a
 * change does so by what was changed.
 */
export class LifecycleRulings {
  private known: { readonly count: number; readonly rulings: Rulings };
  /** Those that were asked for, of as many rulings as are known. */
  private retired = new Map<string, readonly Ruling[]>();

  /** @param defaultModel the one that is in force where nobody has decided anything */
  constructor(readonly defaultModel: LifecycleModel) {
    this.known = { count: 0, rulings: this.inOrder([]) };
  }

  async inForce(sql: Sql): Promise<Rulings> {
    const count = await store.countRulings(sql);
    if (this.known.count !== count) {
      const rows = await store.findRulings(sql);
      this.known = { count: rows.length, rulings: this.inOrder(rows) };
      this.retired = new Map();
    }
    return this.known.rulings;
  }

  /**
   * What decides the models' stages, or did until they were retired. Those that never were in use
   * are left out.
   */
  async ever(sql: Sql, names: readonly string[]): Promise<Rulings> {
    const inForce = await this.inForce(sql);
    // Of this count: another one may be known by the time the rulings have been read.
    const { retired } = this;
    const found = new Map<string, readonly Ruling[]>();
    for (const name of new Set(names)) {
      let rulings = inForce.get(name) ?? retired.get(name);
      if (rulings === undefined && isModelName(name)) {
        rulings = toRulings(await store.findRulings(sql, name));
        if (rulings.length > 0) retired.set(name, rulings);
      }
      if (rulings !== undefined && rulings.length > 0) found.set(name, rulings);
    }
    return found;
  }

  private inOrder(rows: readonly store.RulingRow[]): Rulings {
    const { name } = this.defaultModel;
    const byModel = new Map<string, store.RulingRow[]>();
    for (const row of rows) byModel.set(row.model, [...(byModel.get(row.model) ?? []), row]);
    const rulings = new Map<string, readonly Ruling[]>();
    const ofDefault = toRulings(byModel.get(name) ?? []);
    rulings.set(name, ofDefault.length > 0 ? ofDefault : alwaysInForce(this.defaultModel));
    for (const [model, ofModel] of byModel) {
      const isInUse = ofModel.at(-1)?.version !== null;
      if (model !== name && isInUse) rulings.set(model, toRulings(ofModel));
    }
    return rulings;
  }
}

/** @param rows of one model, by time */
function toRulings(rows: readonly store.RulingRow[]): readonly Ruling[] {
  // One that is activated over and over is made ready once.
  const compiled = new Map<string, CompiledModel>();
  let before: CompiledModel | null = null;
  return rows.flatMap(({ since, version, calibratedAt, ...row }): Ruling[] => {
    if (version === null) {
      return before === null ? [] : [{ since, compiled: before, isRetired: true }];
    }
    const key = `${version} ${calibratedAt?.getTime()}`;
    const known = compiled.get(key) ?? compileRow({ since, version, calibratedAt, ...row });
    compiled.set(key, known);
    before = known;
    return [{ since, compiled: known }];
  });
}

function compileRow({ model, version, document, calibration, calibratedAt }: store.RulingRow) {
  const decided = document === null ? presetOf(model) : modelOf(model, version ?? 0, document);
  if (decided === null) throw new Error(`Version ${version} of ${model} is not there.`);
  const known =
    calibration === null || calibratedAt === null ? null : { ...calibration, calibratedAt };
  return compileModel(decided, known);
}
