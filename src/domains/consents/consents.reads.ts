import type { Sql } from '../../platform/database/database';
import type { BatchLoad } from '../../platform/graphql/context';
import type { ProfileId } from '../../shared/ids';
import { findProfileConsents, type ProfileConsent } from './consents.store';

export class ConsentReads {
  constructor(private readonly sql: Sql) {}

  /** In the order of the purposes; purposes nobody decided on are left out. */
  readonly consentsByProfile: BatchLoad<ProfileId, readonly ProfileConsent[]> = async (
    profileIds,
  ) => {
    const rows = await findProfileConsents(this.sql, profileIds);
    const found = new Map(profileIds.map((profileId) => [profileId, [] as ProfileConsent[]]));
    for (const { profileId, ...consent } of rows) found.get(profileId)?.push(consent);
    return profileIds.map((profileId) => found.get(profileId) ?? []);
  };
}
