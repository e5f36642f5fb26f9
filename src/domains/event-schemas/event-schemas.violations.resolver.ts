import { Arg, Int, Query, Resolver } from 'type-graphql';
import {
  type Connection,
  decodeCursor,
  pageSize,
  toConnection,
} from '../../platform/graphql/connection';
import { InvalidInput } from '../../shared/errors';
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
    @Arg('filter', { nullable: true, description: 'All violations where left out.' })
    filter?: EventSchemaViolationFilter,
    @Arg('first', () => Int, { nullable: true, description: 'Page size, 1 … 100; 20 by default.' })
    first?: number | null,
    @Arg('after', () => String, { nullable: true, description: 'The end of the page before.' })
    after?: string | null,
  ): Promise<Connection<EventSchemaViolation>> {
    const size = pageSize(first);
    const conditions = {
      name: filter?.name == null ? null : storableText(filter.name),
      version: filter?.version ?? null,
      source: filter?.source == null ? null : storableText(filter.source),
      since: filter?.since ?? null,
    };
    const rows = await this.reads.findViolations(conditions, toPosition(after), size + 1);
    return toConnection(rows, size, toViolation, (row) => [
      row.name,
      String(row.version),
      row.source,
      row.path,
      row.rule,
    ]);
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

/** @throws InvalidInput for a cursor of some other list */
function toPosition(after: string | null | undefined): ViolationKey | null {
  if (after === null || after === undefined) return null;
  const parts = decodeCursor(after, 5);
  const [name = '', version = '', source = '', path = '', rule = ''] = parts;
  if (!/^\d{1,7}$/.test(version) || !isStorable(parts)) {
    throw new InvalidInput('Not a cursor of this list. Use `pageInfo.endCursor` as it came.', {
      argument: 'after',
    });
  }
  return { name, version: Number(version), source, path, rule };
}
