import { Field, ObjectType } from 'type-graphql';

/** What is told of everything that somebody made by hand. */
@ObjectType()
export abstract class Made {
  constructor({ createdBy, createdAt }: Pick<Made, 'createdBy' | 'createdAt'>) {
    this.createdBy = createdBy;
    this.createdAt = createdAt;
  }

  @Field(() => String, { description: 'Who made it, e.g. `cli` or `key:admin`.' })
  readonly createdBy: string;

  @Field(() => Date, { description: 'When it was made.' })
  readonly createdAt: Date;
}

type KeyFacts = Pick<MadeKey, 'createdBy' | 'createdAt' | 'lastUsedAt' | 'revokedAt'>;

/** The same of a key, which is used until it is revoked. */
@ObjectType()
export abstract class MadeKey extends Made {
  constructor(key: KeyFacts) {
    super(key);
    this.lastUsedAt = key.lastUsedAt;
    this.revokedAt = key.revokedAt;
  }

  @Field(() => Date, { nullable: true, description: 'When it was last used, to the minute.' })
  readonly lastUsedAt: Date | null;

  @Field(() => Date, {
    nullable: true,
    description: 'Since when it is refused; null while it is valid.',
  })
  readonly revokedAt: Date | null;
}
