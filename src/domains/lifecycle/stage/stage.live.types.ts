import { IsOptional, IsString } from 'class-validator';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import type { ProfileId } from '../../../shared/ids';

@ObjectType({ description: 'A customer came from one stage to another, as recorded just now.' })
export class LifecycleStageChange {
  /** Who it was then. */
  whose!: ProfileId;

  @Field(() => ID, { description: 'The profile, as it was called when this was recorded.' })
  profileId!: string;

  @Field(() => String, { description: 'The name of the model that decided.' })
  model!: string;

  @Field(() => String, { description: 'The stage that was recorded before.' })
  from!: string;

  @Field(() => String, { description: 'The stage that is recorded now.' })
  to!: string;

  @Field({
    description: 'Since when the customer is in it: long ago, where an event arrived late.',
  })
  since!: Date;
}

@InputType({ description: 'Which changes of stage are told; all conditions must hold.' })
export class LifecycleTransitionFilter {
  @Field(() => String, {
    nullable: true,
    description: 'The name of the model that decides; the default one where left out.',
  })
  @IsOptional()
  @IsString()
  model?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Stages that are left; any where left out.',
  })
  @IsOptional()
  @IsString({ each: true })
  from?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Stages that begin; any where left out.' })
  @IsOptional()
  @IsString({ each: true })
  to?: string[] | null;
}
