import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../platform/graphql/context';
import { Profile } from '../identity';
import { ConsentReads } from './consents.reads';
import { Consent, toConsent } from './consents.types';

@Resolver(() => Profile)
export class ConsentResolver {
  constructor(private readonly reads: ConsentReads) {}

  @FieldResolver(() => [Consent], {
    description:
      'What the customer agreed to and what not, by purpose, in the order of the purposes. One that ' +
      'was never decided on is not there: that is no consent.',
  })
  async consents(@Root() profile: Profile, @Ctx() context: RequestContext): Promise<Consent[]> {
    const consents = await context.load(this.reads.consentsByProfile, profile.profileId);
    return consents.map(toConsent);
  }
}
