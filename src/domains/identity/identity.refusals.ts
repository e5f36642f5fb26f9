import { Field, ObjectType } from 'type-graphql';

@ObjectType({ description: 'There is no profile with the id given, and none that absorbed it.' })
export class ProfileNotFound {
  @Field({ description: 'One sentence for a person.' })
  readonly message: string = 'No profile has this id.';
}
