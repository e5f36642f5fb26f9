import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { grantorOf } from '../../platform/auth/grantor';
import type { RequestContext } from '../../platform/graphql/context';
import { fromPublicId } from '../../shared/ids';
import type { EventCountReads } from '../events';
import { type SourceId, sourceActor, type WriteKeyId } from './sources.model';
import type { SourceReads } from './sources.reads';
import type { SourceSettings } from './sources.rules';
import type { SourceService } from './sources.service';
import {
  AddWriteKeyResult,
  CreateSourceInput,
  CreateSourceResult,
  SourceCounters,
  SourceCreated,
  SourceNameTaken,
  SourceType,
  UpdateSourceInput,
  WriteKeyAdded,
  WriteKeyLimitReached,
  WriteKeyType,
} from './sources.types';

@Resolver(() => SourceType)
export class SourceResolver {
  constructor(
    private readonly service: SourceService,
    private readonly reads: SourceReads,
    private readonly counts: EventCountReads,
  ) {}

  @Query(() => [SourceType], { description: 'Every source by name, at most 500.' })
  async sources(): Promise<SourceType[]> {
    return (await this.reads.list()).map((record) => new SourceType(record));
  }

  @Query(() => SourceType, { nullable: true, description: 'One source; null where there is none.' })
  async source(
    @Arg('id', () => ID, { description: 'The source.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<SourceType | null> {
    const record = await context.load(this.reads.sourceById, toSourceId(id));
    return record && new SourceType(record);
  }

  @Query(() => [SourceCounters], {
    description:
      'What became of the events of everyone who ever sent one: sources, API keys, imports. The ' +
      'last one to send something first, at most 500.',
  })
  async sourceCounters(): Promise<readonly SourceCounters[]> {
    return this.counts.listCounts();
  }

  @Mutation(() => CreateSourceResult, {
    description:
      'Makes a source and its first write key. Refused as FORBIDDEN where the key that asks lacks ' +
      'one of the scopes.',
  })
  async createSource(
    @Arg('input', { description: 'The source to make.' }) input: CreateSourceInput,
    @Ctx() { caller }: RequestContext,
  ): Promise<typeof CreateSourceResult> {
    const request = { name: input.name, ...settingsIn(input) };
    const outcome = await this.service.create(request, grantorOf(caller));
    if (outcome.kind === 'SOURCE_NAME_TAKEN') return new SourceNameTaken(outcome.name);
    const { source, writeKey, secret } = outcome;
    return new SourceCreated(new SourceType(source), new WriteKeyType(writeKey), secret);
  }

  @Mutation(() => SourceType, {
    description: 'Changes what a source may send. Within three seconds it holds everywhere.',
  })
  async updateSource(
    @Arg('input', { description: 'The source, and what to change of it.' })
    input: UpdateSourceInput,
    @Ctx() context: RequestContext,
  ): Promise<SourceType> {
    const grantor = grantorOf(context.caller);
    const changed = await this.service.update(toSourceId(input.id), settingsIn(input), grantor);
    context.clearLoaded();
    return new SourceType(changed);
  }

  @Mutation(() => AddWriteKeyResult, {
    description:
      'Adds a write key to a source, which has at most two valid ones. To rotate: add the second, ' +
      'move the senders to it, revoke the first.',
  })
  async addWriteKey(
    @Arg('sourceId', () => ID, { description: 'The source.' }) sourceId: string,
    @Ctx() context: RequestContext,
  ): Promise<typeof AddWriteKeyResult> {
    const grantor = grantorOf(context.caller);
    const outcome = await this.service.addWriteKey(toSourceId(sourceId), grantor);
    context.clearLoaded();
    if (outcome.kind === 'WRITE_KEY_LIMIT_REACHED') return new WriteKeyLimitReached();
    return new WriteKeyAdded(new WriteKeyType(outcome.writeKey), outcome.secret);
  }

  @Mutation(() => WriteKeyType, {
    description:
      'Revokes a write key for good; within three seconds it is refused everywhere. Revoking it ' +
      'again changes nothing.',
  })
  async revokeWriteKey(
    @Arg('id', () => ID, { description: 'The key to revoke.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<WriteKeyType> {
    const revoked = await this.service.revokeWriteKey(fromPublicId<WriteKeyId>('wky', id));
    context.clearLoaded();
    return new WriteKeyType(revoked);
  }

  @Mutation(() => SourceType, {
    description:
      'Refuses all write keys of a source, within three seconds everywhere, until it is enabled.',
  })
  async disableSource(
    @Arg('id', () => ID, { description: 'The source.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<SourceType> {
    const disabled = await this.service.disable(toSourceId(id));
    context.clearLoaded();
    return new SourceType(disabled);
  }

  @Mutation(() => SourceType, {
    description: 'Takes the write keys of a disabled source again, but for revoked ones.',
  })
  async enableSource(
    @Arg('id', () => ID, { description: 'The source.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<SourceType> {
    const enabled = await this.service.enable(toSourceId(id));
    context.clearLoaded();
    return new SourceType(enabled);
  }

  @FieldResolver(() => [WriteKeyType], {
    description: 'Its write keys: valid ones first, then the newest first.',
  })
  async writeKeys(
    @Root() { record }: SourceType,
    @Ctx() context: RequestContext,
  ): Promise<readonly WriteKeyType[]> {
    const keys = await context.load(this.reads.writeKeysBySource, record.sourceId);
    return keys.map((key) => new WriteKeyType(key));
  }

  @FieldResolver(() => SourceCounters, { description: 'What became of its events.' })
  counters(
    @Root() { record }: SourceType,
    @Ctx() context: RequestContext,
  ): Promise<SourceCounters> {
    return context.load(this.counts.countsBySource, sourceActor(record));
  }
}

function toSourceId(id: string): SourceId {
  return fromPublicId<SourceId>('src', id);
}

/** What an input says: null lifts a limit, and what is left out is not touched. */
function settingsIn(input: CreateSourceInput | UpdateSourceInput): Partial<SourceSettings> {
  const { scopes, eventsPerMinuteMax, namespaces, eventNames, origins } = input;
  return {
    ...(scopes != null && { scopes }),
    ...(eventsPerMinuteMax !== undefined && { eventsPerMinuteMax }),
    ...(namespaces !== undefined && { namespaces }),
    ...(eventNames !== undefined && { eventNames }),
    ...(origins != null && { origins }),
  };
}
