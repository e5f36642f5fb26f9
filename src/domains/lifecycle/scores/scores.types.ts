import { Field, Float, ObjectType } from 'type-graphql';

@ObjectType({ description: 'What a customer does, and how it bears on their being lost.' })
export class ChurnRiskDriver {
  @Field(() => String, { description: 'The name of the fact, e.g. `silenceDays`.' })
  fact!: string;

  @Field(() => Float, {
    nullable: true,
    description: 'What the fact is now; null where it says nothing yet.',
  })
  value!: number | null;

  @Field(() => Float, {
    description:
      'What it adds to the log-odds of being lost: positive raises the risk, 0.7 doubles the odds.',
  })
  weight!: number;
}

@ObjectType({ description: 'A part of a score.' })
export class ScoreComponent {
  @Field(() => String, { description: 'The name of the fact, e.g. `activeDays90`.' })
  fact!: string;

  @Field(() => Float, {
    nullable: true,
    description: 'What the fact is now; null where it says nothing yet.',
  })
  value!: number | null;

  @Field(() => Float, { description: 'What it adds to the score.' })
  points!: number;

  @Field(() => Float, { description: 'What it can add at most.' })
  pointsMax!: number;
}

@ObjectType({ description: 'How a customer stands in one dimension.' })
export class Score {
  @Field(() => Float, { description: 'The sum of the points, 0 … 100.' })
  score!: number;

  @Field(() => [ScoreComponent], { description: 'What it is made of.' })
  components!: ScoreComponent[];
}

@ObjectType({ description: 'How a customer stands in the dimensions that a stage is about.' })
export class LifecycleScores {
  @Field(() => Score, { description: 'How often they come, how lately, and how much they do.' })
  behaviour!: Score;

  @Field(() => Score, { description: 'What they are worth: money, and what they do for others.' })
  value!: Score;

  @Field(() => Score, {
    description: 'What they told; 50, which is neutral, where they told nothing.',
  })
  emotion!: Score;
}
