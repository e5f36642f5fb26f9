import type { Clock } from '../../shared/clock';
import type { HeldClock } from '../../shared/held-clock';
import { ForeseenRun } from '../database/foreseen-run';
import type { Foresight } from '../database/foresight';
import { Operation } from '../database/operation';
import { faultOf } from '../http/faults';
import { BATCH_KEYS_MAX } from './context';
import { type AnyLoad, type Apart, loadMerged, type Wish } from './merged-load';
import type { OperationKit, OperationKits } from './operation-kits';

/** What a member wishes for, of the batch function that has this place in every kit. */
interface MemberWish extends Wish {
  readonly member: GroupMember;
  readonly place: number;
}

/** Wishes for one statement. */
interface Batch {
  readonly load: AnyLoad;
  readonly wishes: Wish[];
  keys: number;
}

/** Told of a group until it begins. */
export interface GroupHost {
  /** Something is wished for: of how many keys by now, of one batch function. */
  onWish(group: ReadGroup, keys: number): void;
  /** Its instant was told: nobody who comes later may join it. */
  onTold(group: ReadGroup): void;
}

/** Faults that are nobody's in particular: another try would only make it worse. */
const FAULTS_OF_ALL: ReadonlySet<string | undefined> = new Set(['UNAVAILABLE', 'TIMEOUT']);

/**
 * Queries of one document that began at the same moment. What they want at one moment is read for all
 * of them together, for as long as they last; as a clock it tells the instant that all of them are of.
 */
export class ReadGroup implements Clock {
  private readonly members = new Set<GroupMember>();
  private readonly operation = new Operation();
  private readonly kit: OperationKit;
  private readonly apart: Apart;
  private readonly keysByPlace = new Map<number, number>();
  private wishes: MemberWish[] = [];
  private readsUnderWay = 0;
  private hasFailed = false;
  private isBegun = false;
  private instant: Date | null = null;

  constructor(
    private readonly kits: OperationKits,
    private readonly foresight: Foresight,
    private readonly host: GroupHost,
  ) {
    this.kit = kits.take(this.operation);
    this.kit.clock.hold();
    this.apart = { gather: this.kit.gather, mayBeOfOne: (error) => this.mayBeOfOne(error) };
  }

  /** Its members. */
  get size(): number {
    return this.members.size;
  }

  /** Whether something is wished for that is not read yet. */
  get isAwaited(): boolean {
    return this.wishes.length > 0;
  }

  now(): Date {
    if (this.instant === null) {
      this.instant = this.kit.clock.now();
      if (!this.isBegun) this.host.onTold(this);
    }
    return this.instant;
  }

  /** @param clock of a query, which tells the instant of the group from now on */
  join(clock: HeldClock): GroupMember {
    const member = new GroupMember(this);
    this.members.add(member);
    clock.hold(this);
    return member;
  }

  /**
   * Reads what is wished for by now, and from now on whatever is as soon as it is. Nothing where it
   * has begun already, or all have left.
   * @param onBegin told of how many queries it consists
   * @returns when what is wished for by now is read
   */
  async begin(onBegin: (queries: number) => void): Promise<void> {
    if (this.isBegun || this.size === 0) return;
    this.isBegun = true;
    onBegin(this.size);
    this.kit.follow(new ForeseenRun(this.foresight, this.now()));
    await this.read();
  }

  wish(wish: MemberWish): void {
    this.wishes.push(wish);
    if (!this.isBegun) {
      const keys = (this.keysByPlace.get(wish.place) ?? 0) + wish.keys.length;
      this.keysByPlace.set(wish.place, keys);
      this.host.onWish(this, keys);
    } else if (this.wishes.length === 1) {
      // After all who were given something at this moment, since they go on to want more.
      process.nextTick(() => void this.read());
    }
  }

  /** @param reason why what is under way is given up, where nobody is left who waits for it */
  leave(member: GroupMember, reason: Error): void {
    this.members.delete(member);
    this.wishes = this.wishes.filter((wish) => wish.member !== member);
    if (this.size > 0) return;
    // From now on the kit is another's: nobody may join, and who asks for the time still is told it.
    this.now();
    this.kit.follow(null);
    // What has failed may have left something behind that goes on.
    const isIdle = this.readsUnderWay === 0 && !this.hasFailed;
    if (isIdle) this.kits.giveBack(this.kit);
    else this.operation.giveUp(reason);
  }

  private async read(): Promise<void> {
    const batches = batchesOf(this.wishes, this.kit);
    this.wishes = [];
    const loads: Promise<boolean>[] = [];
    this.readsUnderWay += 1;
    this.kit.gather(() => {
      for (const { load, wishes } of batches) loads.push(loadMerged(load, wishes, this.apart));
    });
    const haveGoneWell = await Promise.all(loads);
    this.readsUnderWay -= 1;
    if (haveGoneWell.includes(false)) this.hasFailed = true;
  }

  private mayBeOfOne(error: unknown): boolean {
    return this.operation.givenUpFor === null && !FAULTS_OF_ALL.has(faultOf(error)?.code);
  }
}

function batchesOf(wishes: readonly MemberWish[], { loads }: OperationKit): Batch[] {
  const batches: Batch[] = [];
  const open = new Map<number, Batch>();
  for (const wish of wishes) {
    let batch = open.get(wish.place);
    if (batch === undefined || batch.keys + wish.keys.length > BATCH_KEYS_MAX) {
      batch = { load: loads[wish.place] as AnyLoad, wishes: [], keys: 0 };
      batches.push(batch);
      open.set(wish.place, batch);
    }
    batch.wishes.push(wish);
    batch.keys += wish.keys.length;
  }
  return batches;
}

/** A query as one of a group. */
export class GroupMember {
  private readonly rejects = new Set<(error: unknown) => void>();
  private leftFor: Error | null = null;

  constructor(private readonly group: ReadGroup) {}

  /** Whether it waits for nothing. */
  get isIdle(): boolean {
    return this.rejects.size === 0;
  }

  /** @param place which batch function loads the keys */
  load(place: number, keys: readonly unknown[]): Promise<readonly unknown[]> {
    const { leftFor, rejects } = this;
    if (leftFor !== null) return Promise.reject(leftFor);
    return new Promise((resolve, reject) => {
      rejects.add(reject);
      this.group.wish({
        member: this,
        place,
        keys,
        resolve: (values) => {
          rejects.delete(reject);
          resolve(values);
        },
        reject: (error) => {
          rejects.delete(reject);
          reject(error);
        },
      });
    });
  }

  /** Whatever it waits for, or asks for from now on, fails with the reason. The first one stands. */
  leave(reason: Error): void {
    if (this.leftFor !== null) return;
    this.leftFor = reason;
    this.group.leave(this, reason);
    for (const reject of this.rejects) reject(reason);
    this.rejects.clear();
  }
}
