import type pg from 'pg';

/** What a session tells whoever uses it. */
export interface SessionListener {
  /** Of a notification. */
  heard(payload: string): void;
  /** It ended without being closed; what was notified since is lost. */
  lost(): void;
}

/**
 * The connection by which a process tells and hears of changes: opened when it is needed, and anew
 * after it was lost.
 */
export class LiveSession {
  private client: pg.Client | null = null;
  private opening: Promise<pg.Client> | null = null;
  private isClosed = false;

  constructor(
    private readonly open: () => Promise<pg.Client>,
    /** Done first on each connection. */
    private readonly greet: (client: pg.Client) => Promise<unknown>,
    private readonly listener: SessionListener,
  ) {}

  get isOpen(): boolean {
    return this.client !== null;
  }

  /** @throws what the driver says; afterwards the session may have been lost */
  async query<Row extends pg.QueryResultRow>(
    text: string,
    parameters: readonly unknown[] = [],
  ): Promise<Row[]> {
    const client = await this.connected();
    return (await client.query<Row>(text, [...parameters])).rows;
  }

  /** Ends the connection as if it had been lost: it does not answer any more. */
  drop(): void {
    const { client } = this;
    if (client === null) return;
    this.lose(client);
    client.end().catch(() => undefined);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.opening?.catch(() => undefined);
    const { client } = this;
    this.client = null;
    await client?.end().catch(() => undefined);
  }

  private async connected(): Promise<pg.Client> {
    if (this.isClosed) throw new Error('The session was closed.');
    if (this.client !== null) return this.client;
    this.opening ??= this.connect().finally(() => {
      this.opening = null;
    });
    return this.opening;
  }

  private async connect(): Promise<pg.Client> {
    const client = await this.open();
    try {
      await this.greet(client);
    } catch (error) {
      client.end().catch(() => undefined);
      throw error;
    }
    client.on('notification', ({ payload = '' }) => this.listener.heard(payload));
    client.on('error', () => this.lose(client));
    client.on('end', () => this.lose(client));
    this.client = client;
    return client;
  }

  private lose(client: pg.Client): void {
    if (this.client !== client) return;
    this.client = null;
    this.listener.lost();
  }
}
