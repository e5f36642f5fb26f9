import type { Caller, SourceCaller } from '../../platform/auth/caller';
import { type AllowedEvents, type EventAdmission, everythingAllowed } from '../events';
import { SourceRateLimited } from './sources.errors';
import type { Source } from './sources.model';
import type { SourceService } from './sources.service';

/** A source as the sender of a request. */
class RequestingSource implements SourceCaller {
  readonly kind = 'SOURCE';

  constructor(readonly source: Source) {}

  get name() {
    return this.source.name;
  }

  get scopes() {
    return this.source.scopes;
  }
}

/** Tells sources that ask through the API by their write keys, and holds them to what they may. */
export class SourceCallers implements EventAdmission {
  constructor(private readonly sources: SourceService) {}

  /** @returns null when it is no valid write key's, or its source is disabled */
  async authenticate(writeKey: string): Promise<SourceCaller | null> {
    const source = await this.sources.authenticate(writeKey);
    return source && new RequestingSource(source);
  }

  /** @throws SourceRateLimited when a source is over its rate */
  admit(caller: Caller, events: number): AllowedEvents {
    if (caller.kind !== 'SOURCE') return everythingAllowed;
    if (!(caller instanceof RequestingSource)) throw new Error('A source from elsewhere.');
    const taking = this.sources.takeFromRate(caller.source, events);
    if (!taking.isWithin) throw new SourceRateLimited(taking.retryAfterSeconds);
    return caller.source.allowed;
  }
}
