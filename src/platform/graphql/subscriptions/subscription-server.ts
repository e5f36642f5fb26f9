import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { handleProtocols } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { Fault } from '../../../shared/errors';
import { Forbidden } from '../../auth/auth.errors';
import type { Routes } from '../../http/routes';
import { closeCodes, SubscriptionConnection, textOf } from './connection';
import { type ProtocolParts, type ProtocolSettings, SubscriptionProtocol } from './protocol';

export interface SubscriptionSettings extends ProtocolSettings {
  /** Of this process. */
  readonly connectionsMax: number;
  readonly connectionsPerCallerMax: number;
  /** Between two pings; whoever has not answered one by the next is gone. */
  readonly pingMs: number;
}

/** Where clients connect: the address of queries. */
const PUBLIC_PATH = '/graphql';

/** Where the door of subscriptions is inside, beside the route of queries. */
const ROUTE = '/graphql/socket';

/** Of a message of a client: a query may have some thousand words. */
const MESSAGE_BYTES_MAX = 64 * 1024;

/** What a client may send between two pings. */
const MESSAGES_PER_PING_MAX = 1_000;

/** A client that is told to go may take so long to say goodbye. */
const CLOSE_MS_MAX = 2_000;

interface Upgrade {
  readonly socket: Duplex;
  readonly head: Buffer;
}

/**
 * The door of subscriptions: WebSocket at the address of queries. Handshakes are requests like all
 * others until they are taken: with a request id, counted by the rate limit, measured and logged.
 */
export class SubscriptionServer {
  private readonly protocol: SubscriptionProtocol;
  private readonly connections = new Set<SubscriptionConnection>();
  private readonly upgrades = new WeakMap<IncomingMessage, Upgrade>();
  private readonly sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MESSAGE_BYTES_MAX,
    handleProtocols,
  });
  private pinging: NodeJS.Timeout | null = null;
  private isStopping = false;

  constructor(
    private readonly settings: SubscriptionSettings,
    private readonly parts: Omit<ProtocolParts, 'admits'>,
  ) {
    this.protocol = new SubscriptionProtocol(settings, {
      ...parts,
      admits: (name) => this.countOf(name) < settings.connectionsPerCallerMax,
    });
  }

  readonly routes: Routes = async (app) => {
    app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (!isHandshake(request)) {
        socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
        return;
      }
      socket.on('error', () => socket.destroy());
      this.upgrades.set(request, { socket, head });
      request.url = ROUTE;
      const response = new ServerResponse(request);
      // What refuses it answers as to any request, and that is the end of the connection.
      response.assignSocket(socket as Socket);
      response.on('finish', () => socket.end());
      app.routing(request, response);
    });
    app.get(ROUTE, (request, reply) => this.shakeHands(request, reply));
    app.addHook('preClose', () => this.stop());
    this.pinging = setInterval(() => this.pingAll(), this.settings.pingMs);
    this.pinging.unref();
  };

  private async shakeHands(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const upgrade = this.upgrades.get(request.raw);
    if (upgrade === undefined) {
      throw new Fault('BAD_REQUEST', 'Subscriptions are served over WebSocket, at /graphql.');
    }
    reply.header('connection', 'close');
    if (!isSameOrigin(request)) {
      this.parts.metrics.refused('origin');
      throw new Forbidden('Pages of other origins cannot subscribe.');
    }
    if (this.isStopping || this.connections.size >= this.settings.connectionsMax) {
      this.parts.metrics.refused('too_many_connections');
      throw new TooManyConnections(this.settings.connectionsMax);
    }
    reply.hijack();
    reply.raw.detachSocket(upgrade.socket as Socket);
    this.sockets.handleUpgrade(request.raw, upgrade.socket, upgrade.head, (socket) =>
      this.open(socket, request),
    );
    return reply;
  }

  private open(socket: WebSocket, request: FastifyRequest): void {
    const { authorization } = request.headers;
    const connection = new SubscriptionConnection(socket, request.id, authorization);
    this.connections.add(connection);
    this.parts.metrics.connections(this.connections.size);
    const closed = this.protocol.server.opened(
      {
        protocol: socket.protocol,
        send: (data) => connection.send(data),
        close: (code = closeCodes.internalError, reason = '') => connection.close(code, reason),
        onMessage: (take) =>
          socket.on('message', (data) => void this.take(connection, textOf(data), take)),
      },
      { connection },
    );
    socket.on('pong', () => {
      connection.hasAnswered = true;
    });
    // What a client does against the rules closes the connection, with a code that says so.
    socket.on('error', () => undefined);
    socket.on('close', (code, reason) => {
      this.connections.delete(connection);
      this.parts.metrics.connections(this.connections.size);
      closed(code, reason.toString()).catch((err: unknown) =>
        this.parts.logger.error({ err }, 'a subscription did not end well'),
      );
    });
  }

  private async take(
    connection: SubscriptionConnection,
    text: string,
    take: (text: string) => Promise<void>,
  ): Promise<void> {
    connection.messages += 1;
    if (connection.messages > MESSAGES_PER_PING_MAX) {
      this.parts.metrics.refused('too_many_messages');
      connection.close(closeCodes.tooManyMessages, 'TOO_MANY_MESSAGES');
      return;
    }
    try {
      await take(text);
    } catch (err) {
      const { requestId } = connection;
      // What cannot be sent any more since the client is gone is nobody's fault.
      if (connection.socket.readyState !== connection.socket.OPEN) return;
      this.parts.logger.error({ err, requestId }, 'a subscription failed');
      connection.close(closeCodes.internalError, 'INTERNAL_ERROR');
    }
  }

  private pingAll(): void {
    for (const connection of this.connections) this.ping(connection);
  }

  /** Ends what is no more, what does not take what it asked for, and whom nobody knows any more. */
  private ping(connection: SubscriptionConnection): void {
    if (!connection.hasAnswered || connection.isTooSlow) {
      this.parts.metrics.refused(connection.isTooSlow ? 'too_slow' : 'no_pong');
      connection.socket.terminate();
      return;
    }
    connection.hasAnswered = false;
    connection.messages = 0;
    connection.socket.ping();
    if (connection.callerName !== null) void this.protocol.callerOf(connection);
  }

  private countOf(callerName: string): number {
    let count = 0;
    for (const connection of this.connections) if (connection.callerName === callerName) count += 1;
    return count;
  }

  private async stop(): Promise<void> {
    this.isStopping = true;
    if (this.pinging !== null) clearInterval(this.pinging);
    await Promise.all([...this.connections].map(({ socket }) => endSocket(socket)));
  }
}

/** There is no room for one more connection. */
class TooManyConnections extends Fault {
  constructor(limit: number) {
    super('TOO_MANY_CONNECTIONS', 'There are too many subscribers. Try again later.', {
      limit,
      retryAfterSeconds: 5,
    });
    this.name = 'TooManyConnections';
  }
}

function endSocket(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.terminate(), CLOSE_MS_MAX);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.close(closeCodes.goingAway, 'Going away');
  });
}

function isHandshake({ method, url = '', headers }: IncomingMessage): boolean {
  const [path] = url.split('?', 1);
  const isWebSocket = headers.upgrade?.toLowerCase() === 'websocket';
  return method === 'GET' && isWebSocket && path === PUBLIC_PATH;
}

/**
 * Of browsers, which always name the origin of the page: other origins are not served, as they are
 * not by POST. No cookie ever says who asks, so that this is the second lock and not the first.
 */
function isSameOrigin(request: FastifyRequest): boolean {
  const { origin } = request.headers;
  if (origin === undefined) return true;
  const here = `http://${request.host}`;
  if (!URL.canParse(origin) || !URL.canParse(here)) return false;
  return new URL(origin).host === new URL(here).host;
}
