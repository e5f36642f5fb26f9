import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Node } from '../../platform/graphql/node';
import { type ProfileId, toPublicId } from '../../shared/ids';

@ObjectType({
  implements: Node,
  description:
    'One customer, merged from every channel. The id of a profile that was absorbed by a merge ' +
    'goes on naming the profile that absorbed it. Fields that take a scope of their own are null ' +
    'without it.',
})
export class Profile {
  constructor(
    /** The id inside the system; clients see `id`. */
    readonly profileId: ProfileId,
    createdAt: Date,
  ) {
    this.createdAt = createdAt;
  }

  @Field(() => ID, { description: 'Opaque and permanent.' })
  get id(): string {
    return toPublicId('prf', this.profileId);
  }

  @Field({ description: 'When Perennial first heard of this customer.' })
  readonly createdAt: Date;
}

@ObjectType({ description: 'A name the customer is known by in one channel or system.' })
export class Identifier {
  @Field({ description: 'The kind of identifier, e.g. `user_id`, `email`, `anonymous_id`.' })
  namespace!: string;

  @Field({ description: 'The value, in its normalised form.' })
  value!: string;

  @Field({ description: 'The earliest event that carried it.' })
  firstSeenAt!: Date;

  @Field({ description: 'The latest event that carried it.' })
  lastSeenAt!: Date;
}

@InputType({ description: 'A name the customer is known by in one channel or system.' })
export class IdentifierInput {
  @Field({ description: 'The kind of identifier, e.g. `user_id`, `email`, `anonymous_id`.' })
  namespace!: string;

  @Field({ description: 'The value, as the channel knows it; it is normalised here.' })
  value!: string;
}

@ObjectType({ description: 'Two profiles that turned out to be one person.' })
export class ProfileMerge {
  @Field(() => ID, { description: 'Opaque and permanent; `unmergeProfile` undoes it by this.' })
  id!: string;

  @Field(() => ID, { description: 'The profile that went on.' })
  survivorId!: string;

  @Field(() => ID, { description: 'The profile that became part of it; its id still resolves.' })
  absorbedId!: string;

  @Field({ description: 'The source whose event joined them, or the operator.' })
  source!: string;

  @Field(() => ID, { nullable: true, description: 'The event; null where an operator merged.' })
  eventId!: string | null;

  @Field(() => String, { nullable: true, description: 'Why an operator merged them.' })
  reason!: string | null;

  @Field({ description: 'When they were merged.' })
  mergedAt!: Date;
}
