import { Arg, ID, Resolver, Root, Subscription } from 'type-graphql';
import { requestOf } from '../../platform/graphql/subscriptions/sources';
import { Profile } from './identity.types';

@Resolver()
export class ProfileLiveResolver {
  @Subscription(() => Profile, {
    topics: 'profileChanged',
    topicId: requestOf,
    description:
      'One profile: at once as it is, and then whenever something of what is asked for has ' +
      'changed. Of many changes at once the last state is told. A merge is followed.',
  })
  profileChanged(
    @Root() profile: Profile,
    @Arg('id', () => ID, { description: 'As `Profile.id` gave it; an absorbed one will do.' })
    _id: string,
  ): Profile {
    return profile;
  }
}
