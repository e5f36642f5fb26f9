import type { ProfileId } from '../../../shared/ids';

/** Those who would go from one stage to another, or stay where they are. */
export interface PreviewCell {
  readonly from: string;
  readonly to: string;
  readonly customers: number;
  /** Some of them. */
  readonly examples: readonly ProfileId[];
}

/** Where a customer stands by what is in force, and would stand by what is tried. */
export interface Move {
  readonly from: string;
  readonly to: string;
  readonly wasAtRisk: boolean;
  readonly isAtRisk: boolean;
}

/** Counts who would move from where to where. Grows with the stages, not with the customers. */
export class PreviewMatrix {
  customers = 0;
  moved = 0;
  atRiskBefore = 0;
  atRiskAfter = 0;
  private readonly cellByPlace = new Map<
    string,
    { from: string; to: string; customers: number; examples: ProfileId[] }
  >();

  constructor(private readonly examplesMax: number) {}

  add(profileId: ProfileId, { from, to, wasAtRisk, isAtRisk }: Move): void {
    const place = `${from} ${to}`;
    let cell = this.cellByPlace.get(place);
    if (cell === undefined) {
      cell = { from, to, customers: 0, examples: [] };
      this.cellByPlace.set(place, cell);
    }
    cell.customers += 1;
    if (cell.examples.length < this.examplesMax) cell.examples.push(profileId);
    this.customers += 1;
    if (from !== to) this.moved += 1;
    if (wasAtRisk) this.atRiskBefore += 1;
    if (isAtRisk) this.atRiskAfter += 1;
  }

  /** By the stages, in the order of a life. */
  cells(from: readonly string[], to: readonly string[]): readonly PreviewCell[] {
    return [...this.cellByPlace.values()].sort(
      (left, right) =>
        from.indexOf(left.from) - from.indexOf(right.from) ||
        to.indexOf(left.to) - to.indexOf(right.to),
    );
  }
}
