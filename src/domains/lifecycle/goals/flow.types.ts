import { Field, Int, ObjectType } from 'type-graphql';

@ObjectType({
  description:
    'How many customers were in a stage, and who came and went: sizeAtBegin + inflow + ' +
    'reclassifiedIn - outflow - reclassifiedOut = sizeAtEnd. A customer who comes and goes several ' +
    'times counts each time.',
})
export class LifecycleStageFlow {
  @Field(() => String, {
    description: 'The name of the stage; also one that only an earlier version of the model had.',
  })
  stage!: string;

  @Field(() => Int, {
    description: 'Customers in the stage at the first instant, before what happened then.',
  })
  sizeAtBegin!: number;

  @Field(() => Int, {
    description: 'How often customers came, by what they did or by time; those who appeared too.',
  })
  inflow!: number;

  @Field(() => Int, { description: 'Part of the inflow: customers who had no stage before.' })
  appeared!: number;

  @Field(() => Int, { description: 'How often customers left, by what they did or by time.' })
  outflow!: number;

  @Field(() => Int, {
    description: 'How often a change of the model put customers here. Nothing happened to them.',
  })
  reclassifiedIn!: number;

  @Field(() => Int, {
    description: 'How often a change of the model put customers elsewhere.',
  })
  reclassifiedOut!: number;

  @Field(() => Int, { description: 'Customers in the stage at the end.' })
  sizeAtEnd!: number;
}

@ObjectType({ description: 'How often customers went from one stage to another.' })
export class LifecycleStagePairFlow {
  @Field(() => String, {
    nullable: true,
    description: 'The stage they left; null for customers who appeared.',
  })
  from!: string | null;

  @Field(() => String, { description: 'The stage they came to.' })
  to!: string;

  @Field(() => Int, {
    description: 'How often, whatever the cause; a customer who goes twice counts twice.',
  })
  moves!: number;

  @Field(() => Int, { description: 'By something that the customers did.' })
  byEvent!: number;

  @Field(() => Int, { description: 'By time passing without it.' })
  byTime!: number;

  @Field(() => Int, {
    description: 'By a change of the model or its calibration, which is nothing that happened.',
  })
  byModel!: number;
}

@ObjectType({ description: 'The flow between the stages of a model over some days.' })
export class LifecycleFlow {
  @Field(() => String, { description: 'The name of the model.' })
  model!: string;

  @Field(() => Date, { description: 'The first instant of the first day counted, UTC.' })
  since!: Date;

  @Field(() => Date, { description: 'The first instant after the last day counted, UTC.' })
  until!: Date;

  @Field(() => Date, { description: 'It is told as it was known then; later moves are not in it.' })
  knownAt!: Date;

  @Field(() => [LifecycleStageFlow], {
    description: 'Every stage of the model in the order of a life; those of earlier versions last.',
  })
  stages!: LifecycleStageFlow[];

  @Field(() => [LifecycleStagePairFlow], {
    description: 'Every way that was gone, by the order of the stages; appearances first.',
  })
  flows!: LifecycleStagePairFlow[];
}
