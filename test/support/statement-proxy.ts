import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Where in a transaction the connection is to end. */
export type TearPoint =
  /** Before this statement is passed on; the start of the transaction is the first. */
  | number
  | 'COMMIT_NOT_SENT'
  /** Passed on, and whether the database did it nobody knows. */
  | 'COMMIT_SENT'
  /** The database did it and said so, and its answer is lost. */
  | 'COMMIT_DONE';

export interface TornTransaction {
  /** Whose it was, among those on the connections to the database. */
  readonly localPort: number;
  /** The messages whose ids were in its statements, up to where it was torn. */
  readonly messageIds: ReadonlySet<string>;
}

/** Makes ready to kill. @returns what kills, at once */
export type PrepareStrike = (torn: TornTransaction) => Promise<() => void>;

interface Trap {
  readonly point: TearPoint;
  readonly prepare: PrepareStrike;
  readonly sprung: (torn: TornTransaction) => void;
}

/** Of PostgreSQL's protocol, 3.0: a message with a simple query, and one that binds parameters. */
const QUERY = 'Q'.charCodeAt(0);
const BIND = 'B'.charCodeAt(0);

/**
 * Stands between a server of ours and its PostgreSQL and passes everything on, until a trap is
 * set: then it holds the first transaction that comes to the point, has somebody killed, and ends
 * the connection on both sides.
 */
export class StatementProxy {
  private readonly server = createServer((socket) => void this.join(socket));
  private readonly sockets = new Set<Socket>();
  private trap: Trap | null = null;

  /** @param idForm how ids of messages look, global */
  constructor(
    private readonly target: { readonly port: number },
    private readonly idForm: RegExp,
  ) {}

  async listen(): Promise<number> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  /** Resolves when a transaction came to the point and somebody was killed there. */
  setTrap(point: TearPoint, prepare: PrepareStrike): Promise<TornTransaction> {
    return new Promise((sprung) => {
      this.trap = { point, prepare, sprung };
    });
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private async join(client: Socket): Promise<void> {
    const upstream = connect(this.target.port, '127.0.0.1');
    const ends = [client, upstream];
    const end = (): void => {
      for (const socket of ends) {
        socket.destroy();
        this.sockets.delete(socket);
      }
    };
    for (const socket of ends) {
      socket.setNoDelay(true);
      socket.on('error', end).on('close', end);
      this.sockets.add(socket);
    }
    const session = new Session(this.idForm);
    // A message waits until the one before it is dealt with.
    const requests = this.passRequests(client, upstream, session);
    const answers = this.passAnswers(client, upstream, session);
    await Promise.allSettled([requests, answers]);
    end();
  }

  private async passRequests(client: Socket, upstream: Socket, session: Session): Promise<void> {
    const framing = new Framing();
    for await (const chunk of client) {
      for (const message of framer(framing, chunk as Buffer)) {
        session.read(message);
        const trap = this.springs(session);
        if (trap === null) {
          upstream.write(message);
        } else if (trap.point === 'COMMIT_DONE') {
          session.caughtBy = trap;
          upstream.write(message);
        } else {
          const torn = session.torn(upstream);
          const strike = await trap.prepare(torn);
          if (trap.point === 'COMMIT_SENT') upstream.write(message);
          strike();
          trap.sprung(torn);
          return;
        }
      }
    }
  }

  private async passAnswers(client: Socket, upstream: Socket, session: Session): Promise<void> {
    for await (const chunk of upstream) {
      const trap = session.caughtBy;
      // What was sent before the commit is answered before it.
      if (trap === null || !(chunk as Buffer).includes('COMMIT\0')) {
        client.write(chunk as Buffer);
        continue;
      }
      const torn = session.torn(upstream);
      const strike = await trap.prepare(torn);
      strike();
      trap.sprung(torn);
      // Both ends, whatever the other direction waits for.
      client.destroy();
      return;
    }
  }

  /** The trap this session has come to; it is sprung once. */
  private springs(session: Session): Trap | null {
    const { trap } = this;
    if (trap === null || !session.isAt(trap.point)) return null;
    this.trap = null;
    return trap;
  }
}

/** What one connection is about. */
class Session {
  caughtBy: Trap | null = null;
  /** Of the transaction it is in; 0 outside. */
  private statements = 0;
  private isCommitting = false;
  private messageIds = new Set<string>();

  constructor(private readonly idForm: RegExp) {}

  /** Reads a message on its way to the database. */
  read(message: Buffer): void {
    const [type] = message;
    if (type !== QUERY && type !== BIND) return;
    const text = message.toString('latin1', 5);
    if (type === QUERY && /^begin/i.test(text)) {
      this.statements = 1;
      this.messageIds = new Set();
      return;
    }
    if (this.isCommitting || this.statements === 0 || /^rollback/i.test(text)) {
      this.isCommitting = false;
      this.statements = 0;
      return;
    }
    this.statements += 1;
    this.isCommitting = type === QUERY && /^commit/i.test(text);
    for (const [id] of text.matchAll(this.idForm)) this.messageIds.add(id);
  }

  isAt(point: TearPoint): boolean {
    // A transaction that stores nothing proves nothing.
    if (typeof point === 'string') return this.isCommitting && this.messageIds.size > 0;
    return this.statements === point && !this.isCommitting;
  }

  torn({ localPort = 0 }: Socket): TornTransaction {
    return { localPort, messageIds: this.messageIds };
  }
}

/** What of a message has come so far. */
class Framing {
  rest: Buffer = Buffer.alloc(0);
  /** The first message of a connection has no type in front of its length. */
  isFirst = true;
}

function* framer(framing: Framing, chunk: Buffer): Generator<Buffer> {
  framing.rest = Buffer.concat([framing.rest, chunk]);
  for (;;) {
    const { rest } = framing;
    const typeBytes = framing.isFirst ? 0 : 1;
    if (rest.length < typeBytes + 4) return;
    const length = typeBytes + rest.readInt32BE(typeBytes);
    if (rest.length < length) return;
    framing.rest = rest.subarray(length);
    framing.isFirst = false;
    yield rest.subarray(0, length);
  }
}
