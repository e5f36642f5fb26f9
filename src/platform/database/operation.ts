import type { PoolClient } from 'pg';
import { cancelStatement } from './cancel';

/** A connection of the pool that is still to be had, or is held. */
export interface Lease {
  connect(): Promise<PoolClient>;
  release(): Promise<void>;
}

/** A statement, or a transaction, from when its connection is asked for. */
interface Work {
  /** Null while it waits for its connection. */
  client: PoolClient | null;
  /** Called in place of the connection. */
  readonly turnAway: (reason: Error) => void;
  cancelling: Promise<void> | undefined;
}

/** What is done for one caller, and can be given up: its statements are cancelled in the database. */
export class Operation {
  private readonly works = new Set<Work>();
  private reason: Error | null = null;

  /** Whether nothing is under way. */
  get isIdle(): boolean {
    return this.works.size === 0;
  }

  /** Why it was given up; null where it was not. */
  get givenUpFor(): Error | null {
    return this.reason;
  }

  /**
   * Cancels what is under way. That, and whatever is asked for from now on, fails with the reason.
   * The first reason stands.
   */
  giveUp(reason: Error): void {
    if (this.reason !== null) return;
    this.reason = reason;
    for (const work of this.works) {
      if (work.client === null) work.turnAway(reason);
      else work.cancelling = cancelStatement(work.client);
    }
  }

  /**
   * Does `work` on a connection, and hands the connection back when no request to cancel is on its
   * way to it any more.
   * @param work is given a way to wait for just that, after which none is sent
   */
  async perform<Result>(
    lease: Lease,
    work: (client: PoolClient, untilQuiet: () => Promise<void>) => Promise<Result>,
  ): Promise<Result> {
    if (this.reason !== null) throw this.reason;
    const own = await this.begin(lease);
    const client = own.client as PoolClient;
    const untilQuiet = async (): Promise<void> => {
      this.works.delete(own);
      await own.cancelling;
    };
    try {
      return await work(client, untilQuiet);
    } catch (error) {
      throw this.reason ?? error;
    } finally {
      await untilQuiet();
      await lease.release();
    }
  }

  private begin(lease: Lease): Promise<Work> {
    return new Promise((resolve, reject) => {
      const own: Work = { client: null, turnAway: reject, cancelling: undefined };
      this.works.add(own);
      lease.connect().then(
        (client) => {
          if (this.reason === null) {
            own.client = client;
            resolve(own);
            return;
          }
          // Nobody waits for it any more: on to the next.
          this.works.delete(own);
          void lease.release();
        },
        (error: unknown) => {
          this.works.delete(own);
          reject(error);
        },
      );
    });
  }
}

/** Whose statements those of a `Database` are at the moment: of one operation after the other. */
export interface OperationSlot {
  operation: Operation | null;
}
