import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { MissingScope, Unauthenticated } from '../../platform/auth/auth.errors';
import type { Routes } from '../../platform/http/routes';
import type { JsonValue } from '../../shared/json';
import { type Source, SourceRateLimited, type SourceService } from '../sources';
import { readBody } from './segment.body';
import { browserSettings } from './segment.browser-settings.rules';
import { allowPages, requireOrigin } from './segment.cors';
import { BodyTooLarge, UnreadableBody } from './segment.errors';
import { writeKeyOf } from './segment.key.rules';
import { type CallType, callTypes } from './segment.model';
import type { RequestOutcome } from './segment.outcome.rules';
import { readRequest } from './segment.request.rules';
import type { SegmentService } from './segment.service';

export interface SegmentSettings {
  /** Of a body as sent, and of one as inflated. */
  readonly bodyBytesMax: number;
  readonly eventsPerRequestMax: number;
}

export interface SegmentRouteParts {
  readonly sources: Pick<SourceService, 'authenticate' | 'takeFromRate'>;
  readonly service: Pick<SegmentService, 'record'>;
}

/** Addresses without a call type of their own: each item says what it is. */
const BATCH_PATHS = ['/batch', '/b', '/import'];

/** The one media type there is here: all bodies are JSON, whatever they are called. */
const ANY_BODY = 'application/octet-stream';

/** How long an SDK may go by its settings. */
const SETTINGS_CACHE_SECONDS = 60;

interface Sending {
  Querystring: { readonly writeKey?: string };
}

/** The door for Segment's SDKs, which speak Segment's HTTP tracking API. */
export function segmentRoutes(settings: SegmentSettings, parts: SegmentRouteParts): Routes {
  const door = new SegmentDoor(settings, parts);
  return async (app) => {
    await app.register((scope) => door.addTracking(scope), { prefix: '/v1' });
    await app.register((scope) => door.addBeacon(scope), { prefix: '/beacon/v1' });
  };
}

class SegmentDoor {
  constructor(
    private readonly settings: SegmentSettings,
    private readonly parts: SegmentRouteParts,
  ) {}

  async addTracking(scope: FastifyInstance): Promise<void> {
    await this.furnish(scope);
    for (const callType of callTypes) {
      for (const path of [`/${callType}`, `/${callType.charAt(0)}`]) {
        this.addCall(scope, path, callType);
      }
    }
    for (const path of BATCH_PATHS) this.addCall(scope, path, null);
    scope.get<{ Params: { readonly writeKey: string } }>(
      '/projects/:writeKey/settings',
      { config: { hidesPath: true } },
      async (request, reply) => {
        const { writeKey } = request.params;
        requireOrigin(request, reply, await this.authenticate(writeKey));
        void reply.header('cache-control', `private, max-age=${SETTINGS_CACHE_SECONDS}`);
        return browserSettings(writeKey, `${request.host}/v1`, request.protocol);
      },
    );
  }

  async addBeacon(scope: FastifyInstance): Promise<void> {
    await this.furnish(scope);
    this.addCall(scope, '/batch', null);
  }

  private async furnish(scope: FastifyInstance): Promise<void> {
    await allowPages(scope);
    scope.addHook('onRequest', (request, _reply, done) => {
      request.headers['content-type'] = ANY_BODY;
      done();
    });
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      ANY_BODY,
      { parseAs: 'buffer', bodyLimit: this.settings.bodyBytesMax },
      (_request, body, done) => done(null, body),
    );
  }

  private addCall(scope: FastifyInstance, path: string, callType: CallType | null): void {
    // What is compressed is told by the bytes, and not by a header that may be wrong.
    // Answers are a few lines for programs: to compress them, or to tell browsers how to show them,
    // costs as much as to read the request.
    const options = {
      decompress: false,
      compress: false,
      config: { isFrequent: true },
    } as const;
    scope.post<Sending>(path, options, (request, reply) => this.take(request, reply, callType));
  }

  private async take(
    request: FastifyRequest<Sending>,
    reply: FastifyReply,
    callType: CallType | null,
  ): Promise<RequestOutcome> {
    const body = await readBody(bytesOf(request.body), this.settings.bodyBytesMax);
    const source = await this.authenticate(keyOf(request, body));
    requireOrigin(request, reply, source);
    const sent = readRequest(body, callType);
    if (sent === null) throw new UnreadableBody('The body is neither a batch nor an item.');
    const { eventsPerRequestMax } = this.settings;
    if (sent.items.length > eventsPerRequestMax) {
      const message = `At most ${eventsPerRequestMax} events are taken at once.`;
      throw new BodyTooLarge(message, { eventsMax: eventsPerRequestMax });
    }
    const taking = this.parts.sources.takeFromRate(source, sent.items.length);
    if (!taking.isWithin) throw new SourceRateLimited(taking.retryAfterSeconds);
    return this.parts.service.record(source, sent);
  }

  private async authenticate(writeKey: string): Promise<Source> {
    if (writeKey === '') {
      throw new Unauthenticated('Send a write key: as the user name of Basic authorization.');
    }
    const source = await this.parts.sources.authenticate(writeKey);
    if (source === null) throw new Unauthenticated('The write key is unknown or was revoked.');
    if (!source.scopes.has('events:write')) throw new MissingScope('events:write');
    return source;
  }
}

function keyOf({ headers, query }: FastifyRequest<Sending>, body: JsonValue): string {
  // Named twice it is a list.
  const queried = typeof query.writeKey === 'string' ? query.writeKey : undefined;
  return writeKeyOf(headers.authorization, body, queried);
}

function bytesOf(body: unknown): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}
