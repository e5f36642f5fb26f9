import type { HeldClock } from '../../shared/held-clock';
import type { Foresight } from '../database/foresight';
import type { OperationKits } from './operation-kits';
import { type GroupMember, ReadGroup } from './read-group';

/** Groups of one document whose first reads are under way before others wait. */
const UNDER_WAY_MAX = 3;

/** How long others wait, in milliseconds. */
const WAIT_MS_MAX = 5;

/** Of how many keys something is wished for when no more is gained by waiting for others. */
const KEYS_WORTHWHILE_MAX = 8;

/**
 * Where queries of one document meet that read at the same moment: what they want is read for all of
 * them at once, which costs the database a fraction of what it costs for each. Nobody waits for
 * others as long as the database has little to do for the document.
 */
export class ReadGroups {
  private readonly queues = new WeakMap<Foresight, Queue>();

  /** @param onBegin told of how many queries a group consists */
  constructor(
    private readonly kits: OperationKits,
    private readonly onBegin: (queries: number) => void,
  ) {}

  /**
   * Makes a query that has not read anything yet one of its document's.
   * @param foresight of the document
   * @param clock of the query, which is told the instant of its group
   */
  join(foresight: Foresight, clock: HeldClock): GroupMember {
    let queue = this.queues.get(foresight);
    if (queue === undefined) {
      queue = new Queue(this.kits, foresight, this.onBegin);
      this.queues.set(foresight, queue);
    }
    return queue.join(clock);
  }
}

/** The queries of one document that are still to be read for. */
class Queue {
  private waiting: ReadGroup | null = null;
  private timer: NodeJS.Timeout | undefined;
  private underWay = 0;

  constructor(
    private readonly kits: OperationKits,
    private readonly foresight: Foresight,
    private readonly onBegin: (queries: number) => void,
  ) {}

  join(clock: HeldClock): GroupMember {
    this.waiting ??= new ReadGroup(this.kits, this.foresight, this.onWish);
    return this.waiting.join(clock);
  }

  private readonly onWish = (group: ReadGroup, keys: number): void => {
    if (keys >= KEYS_WORTHWHILE_MAX) process.nextTick(() => void this.begin(group));
    else if (this.underWay < UNDER_WAY_MAX) this.beginSoon(group);
    else this.timer ??= setTimeout(() => void this.begin(group), WAIT_MS_MAX);
  };

  /** With those whose requests are there already, and are about to be looked at. */
  private beginSoon(group: ReadGroup): void {
    setImmediate(() => void this.begin(group));
  }

  private async begin(group: ReadGroup): Promise<void> {
    // Several things may have called for it.
    if (this.waiting !== group) return;
    this.waiting = null;
    clearTimeout(this.timer);
    this.timer = undefined;
    // All may have hung up meanwhile.
    if (group.size === 0) return;
    this.onBegin(group.size);
    this.underWay += 1;
    await group.begin();
    this.underWay -= 1;
    this.beginNext();
  }

  private beginNext(): void {
    if (this.waiting?.isAwaited) this.beginSoon(this.waiting);
  }
}
