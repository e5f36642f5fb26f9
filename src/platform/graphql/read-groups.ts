import type { HeldClock } from '../../shared/held-clock';
import type { Foresight } from '../database/foresight';
import type { OperationKits } from './operation-kits';
import { type GroupHost, type GroupMember, ReadGroup } from './read-group';

/** Groups of one document whose first reads are under way before others wait. */
const UNDER_WAY_MAX = 3;

/** How long others wait, in milliseconds. */
const WAIT_MS_MAX = 5;

/** For so many keys of one batch function nobody waits for more. */
const KEYS_ENOUGH = 8;

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
   * @param clock of the query, which nobody has asked; it is told the instant of its group
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
class Queue implements GroupHost {
  /** What those are members of that come now. */
  private open: ReadGroup | null = null;
  private timer: NodeJS.Timeout | undefined;
  private underWay = 0;

  constructor(
    private readonly kits: OperationKits,
    private readonly foresight: Foresight,
    private readonly onBegin: (queries: number) => void,
  ) {}

  join(clock: HeldClock): GroupMember {
    this.open ??= new ReadGroup(this.kits, this.foresight, this);
    return this.open.join(clock);
  }

  onWish(group: ReadGroup, keys: number): void {
    // One that nobody may join any more is about to begin.
    if (group !== this.open) return;
    if (keys >= KEYS_ENOUGH) process.nextTick(() => this.beginOpen(group));
    else if (this.underWay < UNDER_WAY_MAX) this.beginSoon(group);
    else this.timer ??= setTimeout(() => this.beginOpen(group), WAIT_MS_MAX);
  }

  onTold(group: ReadGroup): void {
    if (group === this.open) this.close();
    process.nextTick(() => void this.begin(group));
  }

  /** With those whose requests are there already, and are about to be looked at. */
  private beginSoon(group: ReadGroup): void {
    setImmediate(() => this.beginOpen(group));
  }

  /** Nothing where the group has begun meanwhile: several things call for it. */
  private beginOpen(group: ReadGroup): void {
    if (group !== this.open) return;
    this.close();
    void this.begin(group);
  }

  private async begin(group: ReadGroup): Promise<void> {
    this.underWay += 1;
    await group.begin(this.onBegin);
    this.underWay -= 1;
    const { open } = this;
    if (open?.isAwaited && this.underWay < UNDER_WAY_MAX) this.beginSoon(open);
  }

  private close(): void {
    this.open = null;
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
