import { Operation, type OperationSlot } from '../database/operation';
import type { ResolverInstances } from './schema';

/** Resolvers that serve one operation at a time: what they read is read for the one in the slot. */
interface OperationKit {
  readonly slot: OperationSlot;
  readonly resolvers: ResolverInstances;
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
  constructor(private readonly make: (slot: OperationSlot) => ResolverInstances) {}

  take(operation: Operation): OperationKit {
    const kit = this.free.pop() ?? this.makeKit();
    kit.slot.operation = operation;
    return kit;
  }

  /** For whoever is next; not where the operation was given up, since some of it may go on. */
  giveBack(kit: OperationKit): void {
    if (kit.slot.operation?.givenUpFor !== null || this.free.length >= FREE_KITS_MAX) return;
    kit.slot.operation = null;
    this.free.push(kit);
  }

  private makeKit(): OperationKit {
    const slot: OperationSlot = { operation: null };
    return { slot, resolvers: this.make(slot) };
  }
}
