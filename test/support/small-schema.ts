import { IsEmail, MaxLength, ValidateNested } from 'class-validator';
import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
  registerEnumType,
} from 'type-graphql';
import type { FieldAccess } from '../../src/platform/auth/field-rule';
import type { Sql } from '../../src/platform/database/database';
import type { RequestContext } from '../../src/platform/graphql/context';
import { Int64 } from '../../src/platform/graphql/int64.scalar';
import { Fault } from '../../src/shared/errors';
import { fromPublicId } from '../../src/shared/ids';

enum Colour {
  RED = 'RED',
  BLUE = 'BLUE',
}
registerEnumType(Colour, { name: 'Colour' });

@ObjectType()
class Person {
  @Field(() => ID)
  id = 'p1';

  @Field(() => String, { nullable: true })
  points = '12';
}

@ObjectType()
class Greeting {
  @Field(() => [Person])
  greeted!: Person[];
}

@InputType()
class AddressInput {
  @Field(() => String)
  @MaxLength(3)
  city!: string;
}

@InputType()
class SignUpInput {
  @Field(() => String)
  @IsEmail()
  email!: string;

  @Field(() => [AddressInput])
  @ValidateNested({ each: true })
  addresses!: AddressInput[];
}

/** Some fields, with each way in which one can fail. */
@Resolver(() => Person)
export class SmallResolver {
  /** @param slow a database of which every statement may take 50 ms */
  constructor(
    private readonly database: Sql,
    private readonly slow: Sql,
  ) {}

  @Query(() => Person, { nullable: true })
  me(@Ctx() { caller }: RequestContext): Person | null {
    return caller.kind === 'CUSTOMER' && caller.identifier.value === 'ada' ? new Person() : null;
  }

  @Query(() => Person, { nullable: true })
  profile(@Arg('id', () => ID) id: string): Person {
    fromPublicId('prf', id);
    return new Person();
  }

  @Query(() => [Person])
  people(@Arg('first', () => Int, { nullable: true }) first?: number): Person[] {
    return Array.from({ length: Math.min(first ?? 1, 2) }, () => new Person());
  }

  @Query(() => String)
  echo(
    @Arg('colour', () => Colour, { nullable: true }) colour?: Colour,
    @Arg('points', () => Int64, { nullable: true }) points?: bigint,
    @Arg('at', () => Date, { nullable: true }) at?: Date,
  ): string {
    return [colour, points, at?.toISOString()].join();
  }

  @Query(() => Date)
  later(@Arg('at') at: Date): Date {
    return new Date(at.getTime() + 1);
  }

  @Query(() => String, { nullable: true })
  async fail(@Arg('how', () => String) how: string): Promise<string> {
    switch (how) {
      case 'FAULT':
        throw new Fault('POINTS_SHORT', 'Not enough points.', { missing: 12n });
      case 'SLOW':
        await this.slow.query('select pg_sleep(20)');
        break;
      case 'CUT':
        await this.database.query('select pg_terminate_backend(pg_backend_pid())');
        break;
      case 'SQL':
        await this.database.query(`select 'ada@example.com'::uuid`);
    }
    throw new Error('column "secret" does not exist');
  }

  @Mutation(() => Boolean)
  signUp(@Arg('input') input: SignUpInput): boolean {
    return input instanceof SignUpInput;
  }

  @Mutation(() => Greeting)
  greet(@Arg('ids', () => [ID]) ids: string[]): Greeting {
    return { greeted: ids.map(() => new Person()) };
  }

  @FieldResolver(() => [Person])
  family(): Person[] {
    return [];
  }

  @FieldResolver(() => Person)
  friend(): Person {
    return new Person();
  }

  @FieldResolver(() => [Person])
  friends(
    @Root() _person: Person,
    @Arg('first', () => Int, { nullable: true }) _first?: number,
  ): Person[] {
    return [new Person()];
  }
}

const table = {
  'Query.me': { customer: true },
  'Query.profile': { scope: 'profiles:read' },
  'Query.people': { scope: 'profiles:read' },
  'Query.echo': { scope: 'profiles:read' },
  'Query.later': { scope: 'profiles:read' },
  'Query.fail': { scope: 'profiles:read' },
  'Query.apiKeys': { scope: 'keys:manage' },
  'Mutation.signUp': { scope: 'events:write' },
  'Mutation.greet': { scope: 'events:write' },
  'Mutation.createApiKey': { scope: 'keys:manage' },
  'Mutation.revokeApiKey': { scope: 'keys:manage' },
  'Person.id': { scope: 'profiles:read', customer: true },
  'Person.points': { scope: 'loyalty:read', customer: true },
  'Person.friend': { scope: 'profiles:read', customer: true },
  'Person.friends': { scope: 'profiles:read' },
  'Person.family': { scope: 'profiles:read' },
} as const;

export const smallAccess: FieldAccess = {
  rules: table,
  alongForCustomers: {},
  alongForKeys: {
    ApiKey: 'createdAt createdBy id lastUsedAt name revokedAt scopes',
    CreateApiKeyPayload: 'apiKey secret',
    Greeting: 'greeted',
  },
};
