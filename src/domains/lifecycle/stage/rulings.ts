import type { Sql } from '../../../platform/database/database';
import { type LifecycleModel, modelOf } from '../models/model';
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

  /** @param defaultModel the one that is in force where nobody has decided anything */
  constructor(readonly defaultModel: LifecycleModel) {
    this.known = { count: 0, rulings: this.inOrder([]) };
  }

  async inForce(sql: Sql): Promise<Rulings> {
    const count = await store.countRulings(sql);
    if (this.known.count !== count) {
      const rows = await store.findRulings(sql);
      this.known = { count: rows.length, rulings: this.inOrder(rows) };
    }
    return this.known.rulings;
  }

  private inOrder(rows: readonly store.RulingRow[]): Rulings {
    const { name } = this.defaultModel;
    const byModel = new Map<string, store.RulingRow[]>();
    for (const row of rows) byModel.set(row.model, [...(byModel.get(row.model) ?? []), row]);
    const rulings = new Map<string, readonly Ruling[]>();
    rulings.set(name, toRulings(byModel.get(name) ?? []) ?? alwaysInForce(this.defaultModel));
    for (const [model, ofModel] of byModel) {
      if (model === name) continue;
      const inForce = toRulings(ofModel);
      if (inForce !== null) rulings.set(model, inForce);
    }
    return rulings;
  }
}

/** Null where the model is not in use. */
function toRulings(rows: readonly store.RulingRow[]): readonly Ruling[] | null {
  const last = rows.at(-1);
  if (last === undefined || last.version === null) return null;
  // One that is activated over and over is made ready once.
  const compiled = new Map<string, CompiledModel>();
  return rows.flatMap(({ since, version, calibratedAt, ...row }) => {
    if (version === null) return [];
    const key = `${version} ${calibratedAt?.getTime()}`;
    const known = compiled.get(key) ?? compileRow({ since, version, calibratedAt, ...row });
    compiled.set(key, known);
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
