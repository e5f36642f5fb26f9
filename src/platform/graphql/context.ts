import DataLoader from 'dataloader';
import type { Caller } from '../auth/caller';

/**
 * Loads many values by key in one statement; gives them in the order of the keys. It knows nothing of
 * who asks, and several may be given the same value: nobody changes it.
 */
export type BatchLoad<Key, Value> = (keys: readonly Key[]) => Promise<readonly Value[]>;

/** Runs `work`, and sends the reads that it starts together. */
export type Gather = (work: () => void) => void;

/** What has the same values for the keys as the function, and may come by them in another way. */
export type Through = <Key, Value>(batch: BatchLoad<Key, Value>) => BatchLoad<Key, Value>;

/** In one statement. */
export const BATCH_KEYS_MAX = 500;

/** What lives as long as one GraphQL request. */
export class RequestContext {
  private readonly loaders = new Map<unknown, unknown>();
  private due: (() => void)[] = [];

  /**
   * @param gather what the loads of one moment are begun within
   * @param through what loads the keys in place of a function
   */
  constructor(
    readonly requestId: string,
    readonly caller: Caller,
    private readonly gather: Gather = (work) => work(),
    private readonly through: Through = (batch) => batch,
  ) {}

  /**
   * The value for one key, loaded together with the others of this request that are wanted from
   * the same function at the same moment, and once only.
   */
  load<Key, Value>(batch: BatchLoad<Key, Value>, key: Key): Promise<Value> {
    let loader = this.loaders.get(batch) as DataLoader<Key, Value> | undefined;
    if (loader === undefined) {
      loader = new DataLoader<Key, Value>(this.through(batch), {
        maxBatchSize: BATCH_KEYS_MAX,
        batchScheduleFn: (dispatch) => this.schedule(dispatch),
      });
      this.loaders.set(batch, loader);
    }
    return loader.load(key);
  }

  /** Forgets what was loaded, after a mutation changed it. */
  clearLoaded(): void {
    this.loaders.clear();
  }

  /** All that is wanted before anything is waited for is dispatched at one moment. */
  private schedule(dispatch: () => void): void {
    if (this.due.push(dispatch) > 1) return;
    // After every promise that is resolved already, since what waits for it may want more.
    void Promise.resolve().then(() =>
      process.nextTick(() => {
        const { due } = this;
        this.due = [];
        this.gather(() => {
          for (const begin of due) begin();
        });
      }),
    );
  }
}
