import type { App } from './app';
import { DuplicateCandidate, fromCandidateId, toCandidateId } from './domains/duplicates';
import type { Profile } from './domains/identity';
import { QuarantinedEvent } from './domains/quarantine';
import { SourceType } from './domains/sources';
import { fieldAccess } from './field-access';
import { ApiKeyType } from './platform/auth/api-key.types';
import type { NodeKind } from './platform/graphql/node';
import { fromPublicId, type ProfileId, type QuarantineId } from './shared/ids';

/**
 * The types that can be asked for by their ids alone: those whose id leads an index. What is kept
 * under its profile or identifier (events, transactions, lots, feedback, referrals, transitions)
 * cannot be found without; an index by id would be paid for by every event, and the id cannot carry
 * the profile, since a merge moves what it names. Versions of schemas and models have ids that are
 * digests, and are asked for by name and version.
 */
export function nodeKinds({ reads, apiKeys }: App): readonly NodeKind[] {
  const { identity, quarantine, duplicates, sources } = reads;
  const profileId = (id: string) => fromPublicId<ProfileId>('prf', id);
  return [
    {
      prefix: 'prf',
      rule: fieldAccess['Query.profile'],
      load: (id, context) => context.load(identity.profileById, profileId(id)),
      loadOwn: async (id, context): Promise<Profile | null> => {
        const { caller } = context;
        if (caller.kind !== 'CUSTOMER') return null;
        const [profile, own] = await Promise.all([
          context.load(identity.profileById, profileId(id)),
          context.load(identity.profileByIdentifier, caller.identifier),
        ]);
        return profile !== null && profile.profileId === own?.profileId ? profile : null;
      },
    },
    {
      prefix: 'qtn',
      rule: fieldAccess['Query.quarantinedEvent'],
      load: async (id, context) => {
        const key = fromPublicId<QuarantineId>('qtn', id);
        const row = await context.load(quarantine.byId, key);
        return row && new QuarantinedEvent(row);
      },
    },
    {
      prefix: 'dup',
      rule: fieldAccess['Query.duplicateCandidates'],
      load: async (id, context) => {
        // Refused by itself, not with the others it would be loaded with.
        const row = await context.load(duplicates.byId, toCandidateId(fromCandidateId(id)));
        return row && new DuplicateCandidate(row);
      },
    },
    {
      prefix: 'src',
      rule: fieldAccess['Query.source'],
      load: async (id, context) => {
        const record = await context.load(sources.sourceById, fromPublicId('src', id));
        return record && new SourceType(record);
      },
    },
    {
      prefix: 'key',
      rule: fieldAccess['Query.apiKeys'],
      load: async (id, context) => {
        const record = await context.load(apiKeys.byId, fromPublicId<string>('key', id));
        return record && new ApiKeyType(record);
      },
    },
  ];
}
