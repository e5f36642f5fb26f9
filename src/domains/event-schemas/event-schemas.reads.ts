import type { Sql } from '../../platform/database/database';
import type { PageRange } from '../../platform/database/keyset';
import { SAMPLES_MAX } from './event-schemas.counting.rules';
import type { EventSchemaRow } from './event-schemas.model';
import * as store from './event-schemas.store';
import {
  findViolations,
  type ViolationConditions,
  type ViolationKey,
  type ViolationRow,
} from './event-schemas.violations.store';

/** What is registered, and what was not as registered. */
export class EventSchemaReads {
  constructor(private readonly sql: Sql) {}

  find(name: string, version: number): Promise<EventSchemaRow | null> {
    return store.findSchema(this.sql, name, version);
  }

  findPage(
    conditions: { readonly name: string | null; readonly includesRetired: boolean },
    page: PageRange<store.SchemaKey>,
  ): Promise<readonly EventSchemaRow[]> {
    return store.findSchemas(this.sql, conditions, page);
  }

  /** Counters with their latest samples, newest first. */
  async findViolations(
    conditions: ViolationConditions,
    page: PageRange<ViolationKey>,
  ): Promise<readonly ViolationRow[]> {
    const rows = await findViolations(this.sql, conditions, page);
    return rows.map((row) => ({
      ...row,
      samples: row.samples
        .toSorted((one, other) => other.receivedAt.localeCompare(one.receivedAt))
        .slice(0, SAMPLES_MAX),
    }));
  }
}
