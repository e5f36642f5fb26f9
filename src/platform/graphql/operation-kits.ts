import type { HeldClock } from '../../shared/held-clock';
import type { ForeseenRun } from '../database/foreseen-run';
import { Operation, type OperationSlot } from '../database/operation';
import type { Gather } from './context';
import type { AnyLoad } from './merged-load';
import type { ResolverInstances } from './resolver-instances';

/** What serves one operation at a time. */
interface KitParts {
  readonly resolvers: ResolverInstances;
  /** What they load by. Of every kit the same functions have the same places. */
  readonly loads: readonly AnyLoad[];
  /** Has the reads of these resolvers travel together. */
  readonly gather: Gather;
  /** Has them be those of a run; of none with null. */
  readonly follow: (run: ForeseenRun | null) => void;
  /** What these resolvers have the time from. */
  readonly clock: HeldClock;
}

/** What its resolvers read is read for the operation in the slot. */
export interface OperationKit extends KitParts {
  /** Where each of the loads is. */
  readonly places: ReadonlyMap<unknown, number>;
  readonly slot: OperationSlot;
}

/** As many as are hardly ever busy at once; more are made when they are needed, and forgotten. */
const FREE_KITS_MAX = 100;

/**
 * The resolvers, several times over. By its own set an operation can be told which statements are
 * its own, so that they can be cancelled, through whatever awaits and loaders they came to be asked
 * for. (AsyncLocalStorage would do the same for 50 µs a request and more on Node 20, which then
 * calls JavaScript for every promise.)
 */
export class OperationKits {
  private readonly free: OperationKit[] = [];

  /** @param make resolvers that reach the database within the slot */
  constructor(private readonly make: (slot: OperationSlot) => KitParts) {}

  take(operation: Operation): OperationKit {
    const kit = this.free.pop() ?? this.makeKit();
    kit.slot.operation = operation;
    return kit;
  }

  /** For whoever is next; not where the operation was given up, since some of it may go on. */
  giveBack(kit: OperationKit): void {
    if (kit.slot.operation?.givenUpFor !== null || this.free.length >= FREE_KITS_MAX) return;
    kit.slot.operation = null;
    kit.clock.release();
    this.free.push(kit);
  }

  private makeKit(): OperationKit {
    const slot: OperationSlot = { operation: null };
    const parts = this.make(slot);
    const places = new Map(parts.loads.map((load, place) => [load, place]));
    return { slot, places, ...parts };
  }
}
