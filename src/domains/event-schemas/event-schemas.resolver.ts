import { Arg, Args, Ctx, Int, Mutation, Query, Resolver } from 'type-graphql';
import { actorOf } from '../../platform/auth/caller';
import { type Connection, toConnection } from '../../platform/graphql/connection';
import type { RequestContext } from '../../platform/graphql/context';
import type { CursorForm } from '../../platform/graphql/cursor';
import { PageArguments, readPageArguments } from '../../platform/graphql/page-arguments';
import { isStorable } from '../../shared/json';
import { storableText } from '../../shared/text';
import { EventSchemaReads } from './event-schemas.reads';
import { EventSchemaService, type SchemaOutcome } from './event-schemas.service';
import type { SchemaKey } from './event-schemas.store';
import {
  ActivateEventSchemaInput,
  ActivateEventSchemaResult,
  EventSchema,
  EventSchemaConnection,
  EventSchemaNotFound,
  EventSchemaRefused,
  RegisterEventSchemaInput,
  RegisterEventSchemaResult,
  RetireEventSchemaResult,
} from './event-schemas.types';

@Resolver(() => EventSchema)
export class EventSchemaResolver {
  constructor(
    private readonly service: EventSchemaService,
    private readonly reads: EventSchemaReads,
  ) {}

  @Query(() => EventSchemaConnection, {
    description: 'What events look like, by name, the highest version of each first.',
  })
  async eventSchemas(
    @Arg('name', () => String, { nullable: true, description: 'Of this name only.' })
    name: string | null = null,
    @Arg('includeRetired', () => Boolean, {
      defaultValue: false,
      description: 'Whether versions that are for no events any more are listed as well.',
    })
    includesRetired: boolean,
    @Args() paging: PageArguments,
  ): Promise<Connection<EventSchema>> {
    const page = readPageArguments(paging, schemaCursor);
    const conditions = { name: name === null ? null : storableText(name), includesRetired };
    const rows = await this.reads.findPage(conditions, page);
    return toConnection(
      rows,
      page,
      (row) => new EventSchema(row),
      (row) => row,
    );
  }

  @Query(() => EventSchema, {
    nullable: true,
    description: 'One version, retired or not; null where there is none.',
  })
  async eventSchema(
    @Arg('name', { description: 'The name of the events.' }) name: string,
    @Arg('version', () => Int, { description: 'As it was registered.' }) version: number,
  ): Promise<EventSchema | null> {
    const row = await this.reads.find(storableText(name), version);
    return row === null ? null : new EventSchema(row);
  }

  @Mutation(() => RegisterEventSchemaResult, {
    description:
      'Adds a version of what the events of a name look like. Its schema never changes; sent again ' +
      'with the same content it is given back as it is.',
  })
  async registerEventSchema(
    @Arg('input', { description: 'What they look like.' }) input: RegisterEventSchemaInput,
    @Ctx() context: RequestContext,
  ): Promise<typeof RegisterEventSchemaResult> {
    const { name, version = null, schema, enforcement, activate } = input;
    const asked = { name, version, schema, enforcement, isActivated: activate };
    const outcome = await this.service.register(asked, actorOf(context.caller));
    const result = toResult(outcome);
    if (result instanceof EventSchemaNotFound) throw new Error('What was registered is gone.');
    return result;
  }

  @Mutation(() => ActivateEventSchemaResult, {
    description:
      'Judges events that name no version by this one from now on, and says what becomes of those ' +
      'that are not as it says. In other processes within three seconds.',
  })
  async activateEventSchema(
    @Arg('input', { description: 'Which version, and how.' }) input: ActivateEventSchemaInput,
    @Ctx() context: RequestContext,
  ): Promise<typeof ActivateEventSchemaResult> {
    const { name, version, enforcement = null } = input;
    const actor = actorOf(context.caller);
    return toResult(await this.service.activate(storableText(name), version, enforcement, actor));
  }

  @Mutation(() => RetireEventSchemaResult, {
    description:
      'Judges no event by this version any more, for good. Events that name it violate the active ' +
      'one; where there is none, events of the name are taken as they come.',
  })
  async retireEventSchema(
    @Arg('name', { description: 'The name of the events.' }) name: string,
    @Arg('version', () => Int, { description: 'As it was registered.' }) version: number,
    @Ctx() context: RequestContext,
  ): Promise<typeof RetireEventSchemaResult> {
    const result = toResult(
      await this.service.retire(storableText(name), version, actorOf(context.caller)),
    );
    if (result instanceof EventSchemaRefused) throw new Error('Retiring is never refused.');
    return result;
  }
}

function toResult(outcome: SchemaOutcome): EventSchema | EventSchemaNotFound | EventSchemaRefused {
  switch (outcome.kind) {
    case 'DONE':
      return new EventSchema(outcome.schema);
    case 'NOT_FOUND':
      return new EventSchemaNotFound();
    case 'REFUSED':
      return new EventSchemaRefused(outcome.refusal);
  }
}

const schemaCursor: CursorForm<SchemaKey> = {
  length: 2,
  write: ({ name, version }) => [name, String(version)],
  read: ([name = '', version = '']) =>
    /^\d{1,7}$/.test(version) && isStorable(name) ? { name, version: Number(version) } : null,
};
