import { Arg, Args, Query, Resolver } from 'type-graphql';
import { type Connection, toConnection } from '../../platform/graphql/connection';
import type { CursorForm } from '../../platform/graphql/cursor';
import { PageArguments, readPageArguments } from '../../platform/graphql/page-arguments';
import { toPublicId } from '../../shared/ids';
import { isStorable } from '../../shared/json';
import { storableText } from '../../shared/text';
import type { ViolationSample } from './event-schemas.counting.rules';
import { EventSchemaPreviews, type Preview } from './event-schemas.preview';
import { EventSchemaReads } from './event-schemas.reads';
import { EventSchemaRefused } from './event-schemas.types';
import type { ViolationKey, ViolationRow } from './event-schemas.violations.store';
import {
  EventSchemaPreview,
  type EventSchemaSample,
  EventSchemaViolation,
  EventSchemaViolationConnection,
  EventSchemaViolationFilter,
  PreviewEventSchemaInput,
  PreviewEventSchemaResult,
} from './event-schemas.violations.types';

@Resolver(() => EventSchemaViolation)
export class EventSchemaViolationResolver {
  constructor(
    private readonly previews: EventSchemaPreviews,
    private readonly reads: EventSchemaReads,
  ) {}

  @Query(() => PreviewEventSchemaResult, {
    description:
      'Tries a schema on the latest events of a name that are stored, and tells how many are not ' +
      'as it says and why. Writes nothing. Looks at no more than the latest 128 MB of all events.',
  })
  async previewEventSchema(
    @Arg('input', { description: 'What to try.' }) input: PreviewEventSchemaInput,
  ): Promise<typeof PreviewEventSchemaResult> {
    const { name, schema, enforcement, last = null } = input;
    const preview = await this.previews.preview({
      name: storableText(name),
      schema,
      enforcement,
      last,
    });
    return 'fault' in preview ? new EventSchemaRefused(preview) : toPreview(preview);
  }

  @Query(() => EventSchemaViolationConnection, {
    description:
      'What was not as event schemas say, whatever became of the events: by name, version, source, ' +
      'path and rule.',
  })
  async eventSchemaViolations(
    @Args() paging: PageArguments,
    @Arg('filter', { nullable: true, description: 'All violations where left out.' })
    filter?: EventSchemaViolationFilter,
  ): Promise<Connection<EventSchemaViolation>> {
    const page = readPageArguments(paging, violationCursor);
    const conditions = {
      name: filter?.name == null ? null : storableText(filter.name),
      version: filter?.version ?? null,
      source: filter?.source == null ? null : storableText(filter.source),
      since: filter?.since ?? null,
    };
    const rows = await this.reads.findViolations(conditions, page);
    return toConnection(rows, page, toViolation, (row) => row);
  }
}

function toPreview({ violations, ...preview }: Preview): EventSchemaPreview {
  const findings = violations.map(({ path, rule, times, samples }) => {
    return { path, rule, times, samples: samples.map(toSample) };
  });
  return Object.assign(new EventSchemaPreview(), preview, { findings });
}

function toViolation(row: ViolationRow): EventSchemaViolation {
  return { ...row, samples: row.samples.map(toSample) };
}

function toSample({ eventId, receivedAt, ...sample }: ViolationSample): EventSchemaSample {
  return {
    ...sample,
    eventId: eventId === null ? null : toPublicId('evt', eventId),
    receivedAt: new Date(receivedAt),
  };
}

const violationCursor: CursorForm<ViolationKey> = {
  length: 5,
  write: ({ name, version, source, path, rule }) => [name, String(version), source, path, rule],
  read: (parts) => {
    const [name = '', version = '', source = '', path = '', rule = ''] = parts;
    if (!/^\d{1,7}$/.test(version) || !isStorable(parts)) return null;
    return { name, version: Number(version), source, path, rule };
  },
};
