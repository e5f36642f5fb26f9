import type { IdSource } from '../../shared/ids';
import type { Database } from '../database/database';
import { openSession } from '../database/session';
import type { Logger } from '../telemetry/logger';
import { encodeSignal } from './live.wire';
import { LiveFeed } from './live-feed';
import { LiveNotifier, notify } from './live-notifier';
import { rosterName } from './live-roster';
import { LiveSession } from './live-session';

/** Beyond it the database counts as away. */
const STATEMENT_MS_MAX = 5_000;

/**
 * Tells the processes at one database what each of them commits, and whoever waits for it here.
 * A process that neither commits what somebody may wait for, nor is subscribed to, opens no
 * connection for it.
 */
export class Live {
  readonly feed: LiveFeed;
  private readonly session: LiveSession;
  private readonly notifier: LiveNotifier;
  private readonly processId: string;

  constructor(
    private readonly database: Database,
    ids: IdSource,
    private readonly logger: Logger,
  ) {
    const processId = ids.next<string>();
    const name = rosterName({ processId, listens: false });
    this.processId = processId;
    this.session = new LiveSession(
      () => openSession(database.dataSource, name, STATEMENT_MS_MAX),
      (client) => notify(client, [encodeSignal('HELLO', processId)]),
      { heard: (payload) => this.feed.heard(payload), lost: () => this.feed.lost() },
    );
    this.feed = new LiveFeed(this.session, processId, logger);
    this.notifier = new LiveNotifier(this.session, processId, () => this.feed.listens, logger);
  }

  /** From now on what this process commits is told. */
  start(): void {
    this.database.tellOfCommits((changes) => this.notifier.tell(changes));
  }

  /**
   * For a process that lasts: shows itself to the others, who then notice if it should end between
   * a commit and telling of it.
   */
  async appear(): Promise<void> {
    await this.session
      .query('select')
      .catch((err: unknown) => this.logger.warn({ err }, 'changes are told later'));
  }

  get counts() {
    return { ...this.feed.counts, told: this.notifier.notifications };
  }

  /** Tells what is left, and says farewell. After everything that commits has ended. */
  async stop(): Promise<void> {
    this.database.tellOfCommits(null);
    await this.notifier.settle();
    this.feed.stop();
    if (this.session.isOpen) {
      const farewell = encodeSignal('FAREWELL', this.processId);
      await notify(this.session, [farewell]).catch(() => undefined);
    }
    await this.session.close();
  }
}
