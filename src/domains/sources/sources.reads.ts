import type { Sql } from '../../platform/database/database';
import { inOrderOf } from '../../platform/graphql/batch';
import type { BatchLoad } from '../../platform/graphql/context';
import { NotFound } from '../../shared/errors';
import type { SourceId, SourceRecord, WriteKey } from './sources.model';
import { findSourceByName, findSources, findWriteKeys, listSources } from './sources.store';

export class SourceReads {
  constructor(private readonly sql: Sql) {}

  readonly sourceById: BatchLoad<SourceId, SourceRecord | null> = async (sourceIds) =>
    inOrderOf(sourceIds, await findSources(this.sql, sourceIds), (source) => source.sourceId);

  /** Valid keys first, then the newest first. */
  readonly writeKeysBySource: BatchLoad<SourceId, readonly WriteKey[]> = async (sourceIds) => {
    const keys = await findWriteKeys(this.sql, sourceIds);
    return sourceIds.map((sourceId) => keys.filter((key) => key.sourceId === sourceId));
  };

  /** @throws NotFound when no source has the name */
  async getByName(name: string): Promise<SourceRecord> {
    const source = await findSourceByName(this.sql, name);
    if (source === null) throw new NotFound('There is no source of this name.');
    return source;
  }

  /** By name; at most 500. */
  list(): Promise<readonly SourceRecord[]> {
    return listSources(this.sql);
  }
}
