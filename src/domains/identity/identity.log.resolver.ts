import { Arg, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import {
  type Connection,
  decodeCursor,
  encodeCursor,
  pageSize,
  toConnection,
} from '../../platform/graphql/connection';
import type { RequestContext } from '../../platform/graphql/context';
import { decodeInstantCursor } from '../../platform/graphql/instant-cursor';
import { type IdentifierId, toPublicId } from '../../shared/ids';
import { toLinkId } from './identity.link-id';
import { IdentityLogReads } from './identity.log.reads';
import type { LogPosition, LogRow, WarningRow } from './identity.log.store';
import {
  type IdentifierName,
  IdentityLogConnection,
  type IdentityLogEntry,
  IdentityLogKind,
  type IdentityWarning,
  IdentityWarningConnection,
  IdentityWarningCount,
  IdentityWarningFilter,
} from './identity.log.types';
import { linkBetween } from './identity.model';
import { Profile } from './identity.types';

@Resolver(() => Profile)
export class IdentityLogResolver {
  constructor(private readonly reads: IdentityLogReads) {}

  @FieldResolver(() => IdentityLogConnection, {
    description:
      'How the profile came to be what it is: every link with its evidence, every merge, and ' +
      'every identifier that was not used. Newest first; links and warnings stay with their ' +
      'identifiers, whatever profile holds these.',
  })
  async identityLog(
    @Root() profile: Profile,
    @Ctx() context: RequestContext,
    @Arg('first', () => Int, { nullable: true, description: 'Page size, 1 … 100; 20 by default.' })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'The end of the page before.' })
    after: string | null,
  ): Promise<Connection<IdentityLogEntry>> {
    const size = pageSize(first);
    const rows = await context.load(this.reads.logByPage, {
      profileId: profile.profileId,
      size: size + 1,
      after: decodePosition(after),
    });
    return toConnection(rows, size, toEntry, toPosition);
  }

  @Query(() => IdentityWarningConnection, {
    description:
      'Identifiers that were not used, of all profiles: the latest to appear first. The same one ' +
      'again only counts up.',
  })
  async identityWarnings(
    @Arg('filter', { nullable: true, description: 'All warnings where left out.' })
    filter?: IdentityWarningFilter,
    @Arg('first', () => Int, { nullable: true, description: 'Page size, 1 … 100; 20 by default.' })
    first?: number | null,
    @Arg('after', () => String, { nullable: true, description: 'The end of the page before.' })
    after?: string | null,
  ): Promise<Connection<IdentityWarning>> {
    const size = pageSize(first);
    const conditions = {
      rule: filter?.rule ?? null,
      source: filter?.source ?? null,
      since: filter?.since ?? null,
    };
    const rows = await this.reads.findWarnings(conditions, decodePosition(after), size + 1);
    return toConnection(rows, size, toWarning, toPosition);
  }

  @Query(() => [IdentityWarningCount], {
    description:
      'How often each source broke each rule, the most often first; at most 1,000 pairs. Repeats ' +
      'count, by the UTC day they were recorded.',
  })
  async identityWarningCounts(
    @Arg('since', () => Date, {
      nullable: true,
      description: 'From the UTC day this falls on, the whole of it. Everything where left out.',
    })
    since?: Date | null,
  ): Promise<readonly IdentityWarningCount[]> {
    return this.reads.countWarnings(since ?? null);
  }
}

function toPosition({ at, id, otherId }: LogPosition): readonly string[] {
  return [at.toISOString(), id, otherId];
}

/** @throws InvalidInput when the text is not a cursor of such a list */
function decodePosition(after: string | null | undefined): LogPosition | null {
  if (after === null || after === undefined) return null;
  const [time = '', id = '', otherId = ''] = decodeCursor(after, 3);
  const position = decodeInstantCursor(encodeCursor([time, id]));
  const other = decodeInstantCursor(encodeCursor([time, otherId]));
  return position === null || other === null ? null : { ...position, otherId: other.id };
}

function toEntry(row: LogRow): IdentityLogEntry {
  return {
    kind: IdentityLogKind[row.kind],
    recordedAt: row.at,
    source: row.source,
    eventId: row.eventId === null ? null : toPublicId('evt', row.eventId),
    identifier: toName(row.namespace, row.value),
    linkedTo: toName(row.linkedNamespace, row.linkedValue),
    survivorId: row.survivorId === null ? null : toPublicId('prf', row.survivorId),
    absorbedId: row.absorbedId === null ? null : toPublicId('prf', row.absorbedId),
    linkId: isOfLink(row) ? toLinkId(linkBetween(row.id, row.otherId)) : null,
    mergeId: row.mergeId === null ? null : toPublicId('mrg', row.mergeId),
    reason: row.reason,
    rule: row.rule,
    times: row.times,
    lastAt: row.lastAt,
  };
}

interface OfLink {
  readonly id: IdentifierId;
  readonly otherId: IdentifierId;
}

/** Whether the ids of the entry are those of a link's ends. */
function isOfLink(row: LogRow): row is LogRow & OfLink {
  return row.kind === 'LINKED' || row.kind === 'REVOKED';
}

function toName(namespace: string | null, value: string | null): IdentifierName | null {
  return namespace === null || value === null ? null : { namespace, value };
}

function toWarning(row: WarningRow): IdentityWarning {
  const { rule, namespace, value, source, occurredAt, at, lastAt, times } = row;
  return {
    profileId: toPublicId('prf', row.profileId),
    rule,
    identifier: { namespace, value },
    source,
    eventId: toPublicId('evt', row.eventId),
    occurredAt,
    recordedAt: at,
    lastAt,
    times,
  };
}
