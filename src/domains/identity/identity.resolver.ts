import { GraphQLJSONObject } from 'graphql-scalars';
import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../platform/graphql/context';
import { fromPublicId, type ProfileId, toPublicId } from '../../shared/ids';
import type { JsonObject, JsonValue } from '../../shared/json';
import type { MaskingByName } from './identity.masking.policy';
import { IdentityPolicySettings, type MaskingSetting } from './identity.policy.types';
import { IdentityReads } from './identity.reads';
import { Identifier, IdentifierInput, Profile, ProfileMerge } from './identity.types';

@Resolver(() => Profile)
export class IdentityResolver {
  constructor(private readonly reads: IdentityReads) {}

  @Query(() => Profile, {
    nullable: true,
    description: "The customer's own profile, for a customer's own token. Null before any event.",
  })
  async me(@Ctx() context: RequestContext): Promise<Profile | null> {
    const { caller } = context;
    if (caller.kind !== 'CUSTOMER') return null;
    return context.load(this.reads.profileByIdentifier, caller.identifier);
  }

  @Query(() => Profile, { nullable: true, description: 'One profile by its id. Null for none.' })
  async profile(
    @Arg('id', () => ID, { description: 'As `Profile.id` gave it; an absorbed one will do.' })
    id: string,
    @Ctx() context: RequestContext,
  ): Promise<Profile | null> {
    return context.load(this.reads.profileById, fromPublicId<ProfileId>('prf', id));
  }

  @Query(() => Profile, {
    nullable: true,
    description: 'The profile that holds an identifier. Null for none.',
  })
  async profileByIdentifier(
    @Arg('identifier', { description: 'In any form that its namespace normalises.' })
    identifier: IdentifierInput,
    @Ctx() context: RequestContext,
  ): Promise<Profile | null> {
    return context.load(this.reads.profileByIdentifier, identifier);
  }

  @Query(() => IdentityPolicySettings, {
    description: 'By what rules customers are told apart and recognised.',
  })
  identityPolicy(): IdentityPolicySettings {
    const { policy } = this.reads;
    const traitStrategies = [...policy.traitStrategies].map(([trait, strategy]) => ({
      trait,
      strategy,
    }));
    const traitMasking = settingsOf(policy.traitMasking);
    const propertyMasking = settingsOf(policy.propertyMasking);
    return { ...policy, traitStrategies, traitMasking, propertyMasking };
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The trait `name`, or `firstName` and `lastName`. Null where neither is known.',
  })
  async displayName(
    @Root() profile: Profile,
    @Ctx() context: RequestContext,
  ): Promise<string | null> {
    const traits = await context.load(this.reads.traitsByProfile, profile.profileId);
    const parts = isText(traits['name'])
      ? [traits['name']]
      : [traits['firstName'], traits['lastName']].filter(isText);
    return parts.length === 0 ? null : parts.join(' ');
  }

  @FieldResolver(() => GraphQLJSONObject, {
    description:
      'What events told of the customer: of each trait the latest value by event time, or what ' +
      'its strategy in the identity policy makes of all values.',
  })
  async traits(@Root() profile: Profile, @Ctx() context: RequestContext): Promise<JsonObject> {
    return context.load(this.reads.traitsByProfile, profile.profileId);
  }

  @FieldResolver(() => [Identifier], {
    description: 'Every name the customer is known by, the first seen first.',
  })
  async identifiers(
    @Root() profile: Profile,
    @Ctx() context: RequestContext,
  ): Promise<readonly Identifier[]> {
    return context.load(this.reads.identifiersByProfile, profile.profileId);
  }

  @FieldResolver(() => [ProfileMerge], {
    description: 'The profiles that became part of this one, the first first.',
  })
  async mergedFrom(
    @Root() profile: Profile,
    @Ctx() context: RequestContext,
  ): Promise<readonly ProfileMerge[]> {
    const merges = await context.load(this.reads.mergesByProfile, profile.profileId);
    return merges.map(({ mergeId, survivorId, absorbedId, eventId, source, reason, mergedAt }) => ({
      id: toPublicId('mrg', mergeId),
      survivorId: toPublicId('prf', survivorId),
      absorbedId: toPublicId('prf', absorbedId),
      eventId: eventId === null ? null : toPublicId('evt', eventId),
      source,
      reason,
      mergedAt,
    }));
  }
}

function settingsOf(maskings: MaskingByName): readonly MaskingSetting[] {
  return [...maskings].map(([name, masking]) => ({ name, masking }));
}

function isText(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && value.trim() !== '';
}
