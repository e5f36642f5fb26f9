import { SubscriptionOverflowed } from './live.errors';

interface Waiter<Value> {
  readonly resolve: (result: IteratorResult<Value, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * What waits for one who takes it, in order, one at a time. Where more than a bound waits, all of
 * it is thrown away, and the one who comes for it is told so.
 */
export class BoundedQueue<Value> implements AsyncIterableIterator<Value, undefined, undefined> {
  private values: Value[] = [];
  private waiter: Waiter<Value> | null = null;
  private failure: { readonly error: unknown } | null = null;
  private isClosed = false;

  /** @param onClosed when nothing more is wanted, once */
  constructor(
    private readonly waitingMax: number,
    private readonly onClosed: () => void,
  ) {}

  get isEmpty(): boolean {
    return this.values.length === 0;
  }

  get isEnded(): boolean {
    return this.isClosed;
  }

  put(value: Value): void {
    if (this.isClosed) return;
    if (this.waiter !== null) {
      this.waiter.resolve({ value, done: false });
      this.waiter = null;
    } else if (this.values.length >= this.waitingMax) {
      this.fail(new SubscriptionOverflowed(this.waitingMax));
    } else this.values.push(value);
  }

  /** Ends it with an error; what still waited is not to be had any more. */
  fail(error: unknown): void {
    if (this.isClosed) return;
    const { waiter } = this;
    this.failure = waiter === null ? { error } : null;
    this.close();
    waiter?.reject(error);
  }

  next(): Promise<IteratorResult<Value, undefined>> {
    const { failure } = this;
    if (failure !== null) {
      this.failure = null;
      return Promise.reject(failure.error);
    }
    const [value, ...others] = this.values;
    if (value !== undefined) {
      this.values = others;
      return Promise.resolve({ value, done: false });
    }
    if (this.isClosed) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve, reject) => {
      this.waiter = { resolve, reject };
    });
  }

  /** Ends it, also for one who waits. */
  async return(): Promise<IteratorResult<Value, undefined>> {
    const { waiter } = this;
    this.failure = null;
    this.close();
    waiter?.resolve({ value: undefined, done: true });
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private close(): void {
    this.values = [];
    this.waiter = null;
    if (this.isClosed) return;
    this.isClosed = true;
    this.onClosed();
  }
}
