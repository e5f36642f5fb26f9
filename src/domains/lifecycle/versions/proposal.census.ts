import { addDays, dayOf, type EpochDay } from '../../../shared/days';
import type { ActivityDay } from '../../activity';
import { History } from '../facts/history';
import type { CompiledModel } from '../stage/compiled';
import { evaluate } from '../stage/stage.rules';
import {
  type Quartiles,
  RHYTHM_CUSTOMERS_MIN,
  type Rhythm,
  type StageFigures,
} from './proposal.rules';

/** How far back a rhythm looks: what customers did longer ago is not how they live now. */
const WINDOW_DAYS = 365;

/** Counts how customers lived before one or two instants. */
export class ProposalCensus {
  private readonly rhythms: readonly RhythmCount[];
  private readonly stages = new Map<string, { tenure: number[]; cadence: number[] }>();
  /** @param before another instant to compare with; null for none */
  constructor(
    private readonly model: CompiledModel,
    private readonly asOf: Date,
    before: Date | null,
  ) {
    const instants = before === null ? [asOf] : [asOf, before];
    this.rhythms = instants.map((instant) => new RhythmCount(instant));
  }

  /** @param days of one customer */
  add(days: readonly ActivityDay[]): void {
    for (const rhythm of this.rhythms) rhythm.add(days, this.model);
    const history = History.at(days, this.model.measures, this.asOf);
    if (!history.isBegun) return;
    const { stage } = evaluate(history, this.model);
    let figures = this.stages.get(stage);
    if (figures === undefined) {
      figures = { tenure: [], cadence: [] };
      this.stages.set(stage, figures);
    }
    figures.tenure.push(history.today - history.series('active').first);
    if (history.ownCadenceDays !== null) figures.cadence.push(history.ownCadenceDays);
  }

  get now(): Rhythm {
    return (this.rhythms[0] as RhythmCount).result;
  }

  /** Null where there is nothing to compare with. */
  get before(): Rhythm | null {
    return this.rhythms[1]?.result ?? null;
  }

  /** In the order of a life. */
  get figures(): readonly StageFigures[] {
    return this.model.model.stages.flatMap(({ name }) => {
      const figures = this.stages.get(name);
      const tenureDays = quartilesOf(figures?.tenure ?? []);
      if (figures === undefined || tenureDays === null) return [];
      const cadenceDays = quartilesOf(figures.cadence);
      return [{ stage: name, customers: figures.tenure.length, tenureDays, cadenceDays }];
    });
  }
}

class RhythmCount {
  private readonly cadences: number[] = [];
  private readonly orderCadences: number[] = [];

  private readonly after: EpochDay;

  constructor(private readonly asOf: Date) {
    this.after = addDays(dayOf(asOf), -WINDOW_DAYS);
  }

  add(days: readonly ActivityDay[], { measures }: CompiledModel): void {
    const recent = days.filter(({ day }) => day > this.after);
    const history = History.at(recent, measures, this.asOf);
    const { ownCadenceDays, ownOrderCadenceDays } = history;
    if (ownCadenceDays !== null) this.cadences.push(ownCadenceDays);
    if (ownOrderCadenceDays !== null) this.orderCadences.push(ownOrderCadenceDays);
  }

  get result(): Rhythm {
    return {
      customers: this.cadences.length,
      cadenceDays: medianOfEnough(this.cadences),
      buyers: this.orderCadences.length,
      repurchaseDays: medianOfEnough(this.orderCadences),
    };
  }
}

function medianOfEnough(days: readonly number[]): number | null {
  return days.length < RHYTHM_CUSTOMERS_MIN ? null : (quartilesOf(days)?.median ?? null);
}

function quartilesOf(days: readonly number[]): Quartiles | null {
  if (days.length === 0) return null;
  const sorted = [...days].sort((left, right) => left - right);
  const at = (part: number) => sorted[Math.ceil(part * sorted.length) - 1] as number;
  return { low: at(0.25), median: at(0.5), high: at(0.75) };
}
