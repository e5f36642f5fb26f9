import type { FactDefinition } from '../facts/fact-kinds';
import { type FactName, factDefinition } from '../facts/facts';
import type { History } from '../facts/history';

/**
 * What the facts of one customer come to on one day, each reckoned once however many conditions
 * ask. One for each model, used for one customer after the other.
 */
export class Findings {
  private readonly definitions: FactDefinition[] = [];
  private readonly places = new Map<FactName, number>();
  private values = new Float64Array(0);
  private isKnown = new Uint8Array(0);
  private history: History | null = null;

  /** Where the fact is kept. Asked when a model is made ready. */
  placeOf(fact: FactName): number {
    let place = this.places.get(fact);
    if (place === undefined) {
      place = this.definitions.push(factDefinition(fact)) - 1;
      this.places.set(fact, place);
      this.values = new Float64Array(this.definitions.length);
      this.isKnown = new Uint8Array(this.definitions.length);
    }
    return place;
  }

  /** Forgets what was found of whoever it was before. */
  begin(history: History): void {
    this.history = history;
    this.isKnown.fill(0);
  }

  /** NaN, which compares with nothing, where the fact says nothing yet. */
  valueAt(place: number): number {
    if (this.isKnown[place] === 1) return this.values[place] as number;
    if (this.history === null) throw new Error('Nobody was looked at.');
    const value = (this.definitions[place] as FactDefinition).value(this.history) ?? Number.NaN;
    this.values[place] = value;
    this.isKnown[place] = 1;
    return value;
  }
}
