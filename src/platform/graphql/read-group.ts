import type { HeldClock } from '../../shared/held-clock';
import { ForeseenRun } from '../database/foreseen-run';
import type { Foresight } from '../database/foresight';
import { Operation } from '../database/operation';
import { faultOf } from '../http/faults';
import { BATCH_KEYS_MAX } from './context';
import { type AnyLoad, loadMerged, type Wish } from './merged-load';
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

/**
 * Queries of one document that began at the same moment. What they want at one moment is read for all
 * of them together, for as long as they last, and at one instant.
 */
export class ReadGroup {
  private readonly members = new Set<GroupMember>();
  private readonly operation = new Operation();
  private kit: OperationKit | null = null;
  private wishes: MemberWish[] = [];
  private keysWished = 0;

  /** @param onWish told of how many keys something is wished for by now, until the group begins */
  constructor(
    private readonly kits: OperationKits,
    private readonly foresight: Foresight,
    private readonly onWish: (group: ReadGroup, keys: number) => void,
  ) {}

  /** Its members. */
  get size(): number {
    return this.members.size;
  }

  /** Whether something is wished for that is not read yet. */
  get isAwaited(): boolean {
    return this.wishes.length > 0;
  }

  /** @param clock of a query, which is told the instant of the group */
  join(clock: HeldClock): GroupMember {
    const member = new GroupMember(this, clock);
    this.members.add(member);
    return member;
  }

  /**
   * Reads what is wished for by now, and from now on whatever is as soon as it is.
   * @returns when what is wished for by now is read
   */
  async begin(): Promise<void> {
    const kit = this.kits.take(this.operation);
    this.kit = kit;
    kit.clock.hold();
    const now = kit.clock.now();
    for (const { clock } of this.members) clock.hold(now);
    kit.follow(new ForeseenRun(this.foresight, now));
    await this.read(kit);
  }

  wish(wish: MemberWish): void {
    const { kit, wishes } = this;
    wishes.push(wish);
    if (kit === null) {
      this.keysWished += wish.keys.length;
      this.onWish(this, this.keysWished);
    } else if (wishes.length === 1) {
      // After all who were given something at this moment, since they go on to want more.
      process.nextTick(() => void this.read(kit));
    }
  }

  /** @param reason why what is under way is given up, where nobody is left who waits for it */
  leave(member: GroupMember, reason: Error): void {
    const { kit, operation } = this;
    this.members.delete(member);
    this.wishes = this.wishes.filter((wish) => wish.member !== member);
    if (this.members.size > 0 || kit === null) return;
    kit.follow(null);
    if (operation.isIdle) this.kits.giveBack(kit);
    else operation.giveUp(reason);
  }

  private async read(kit: OperationKit): Promise<void> {
    const batches = batchesOf(this.wishes, kit);
    this.wishes = [];
    const loads: Promise<void>[] = [];
    kit.gather(() => {
      for (const { load, wishes } of batches) loads.push(loadMerged(load, wishes, this.mayBeOfOne));
    });
    await Promise.all(loads);
  }

  /** Not that the database is away, nor that nobody is left. */
  private readonly mayBeOfOne = (error: unknown): boolean =>
    this.operation.givenUpFor === null && faultOf(error)?.code !== 'UNAVAILABLE';
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

  constructor(
    private readonly group: ReadGroup,
    readonly clock: HeldClock,
  ) {}

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
