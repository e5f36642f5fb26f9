import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { type Connection, toConnection } from '../../platform/graphql/connection';
import type { RequestContext } from '../../platform/graphql/context';
import type { CursorForm } from '../../platform/graphql/cursor';
import { isUuidPart, readInstantPart } from '../../platform/graphql/instant-cursor';
import { PageArguments, readPageArguments } from '../../platform/graphql/page-arguments';
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
    @Args() paging: PageArguments,
  ): Promise<Connection<IdentityLogEntry>> {
    const page = readPageArguments(paging, logCursor);
    const rows = await context.load(this.reads.logByPage, { profileId: profile.profileId, page });
    return toConnection(rows, page, toEntry, (row) => row);
  }

  @Query(() => IdentityWarningConnection, {
    description:
      'Identifiers that were not used, of all profiles: the latest to appear first. The same one ' +
      'again only counts up.',
  })
  async identityWarnings(
    @Args() paging: PageArguments,
    @Arg('filter', { nullable: true, description: 'All warnings where left out.' })
    filter?: IdentityWarningFilter,
  ): Promise<Connection<IdentityWarning>> {
    const page = readPageArguments(paging, logCursor);
    const conditions = {
      rule: filter?.rule ?? null,
      source: filter?.source ?? null,
      since: filter?.since ?? null,
    };
    const rows = await this.reads.findWarnings(conditions, page);
    return toConnection(rows, page, toWarning, (row) => row);
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

const logCursor: CursorForm<LogPosition> = {
  length: 3,
  write: ({ at, id, otherId }) => [at.toISOString(), id, otherId],
  read: ([time = '', id = '', otherId = '']) => {
    const at = readInstantPart(time);
    return at !== null && isUuidPart(id) && isUuidPart(otherId) ? { at, id, otherId } : null;
  },
};

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
