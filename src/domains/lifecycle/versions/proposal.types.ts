import { createUnionType, Field, Float, Int, ObjectType } from 'type-graphql';
import { driftBetween, type Quartiles, type StageFigures } from './proposal.rules';
import type { RecordedProposal } from './proposal.store';
import { LifecycleModelRefused } from './versions.types';

@ObjectType({ description: 'What parts of some customers do not exceed. Days.' })
export class DayQuartiles {
  constructor(private readonly quartiles: Quartiles) {}

  @Field(() => Float, { description: 'What a quarter of them does not exceed.' })
  get low(): number {
    return this.quartiles.low;
  }

  @Field(() => Float, { description: 'What half of them does not exceed.' })
  get median(): number {
    return this.quartiles.median;
  }

  @Field(() => Float, { description: 'What three quarters of them do not exceed.' })
  get high(): number {
    return this.quartiles.high;
  }
}

@ObjectType({ description: 'How customers of a stage live now, as far as the sample tells.' })
export class LifecycleStageFigures {
  constructor(private readonly figures: StageFigures) {}

  @Field(() => String, { description: 'The stage.' })
  get stage(): string {
    return this.figures.stage;
  }

  @Field(() => Int, { description: 'Customers of the sample who are in it.' })
  get customers(): number {
    return this.figures.customers;
  }

  @Field(() => DayQuartiles, { description: 'Days since their first activity.' })
  get tenureDays(): DayQuartiles {
    return new DayQuartiles(this.figures.tenureDays);
  }

  @Field(() => DayQuartiles, {
    nullable: true,
    description: 'How often they come; null where none came often enough to tell.',
  })
  get cadenceDays(): DayQuartiles | null {
    const { cadenceDays } = this.figures;
    return cadenceDays === null ? null : new DayQuartiles(cadenceDays);
  }
}

@ObjectType({ description: 'Lengths of time that fit how customers live now, saved as a draft.' })
export class LifecycleProposal {
  constructor(readonly recorded: RecordedProposal) {}

  @Field(() => Date, { description: 'When the data said so.' })
  get proposedAt(): Date {
    return this.recorded.proposedAt;
  }

  @Field(() => Int, { description: 'The version that was in force, and would be changed.' })
  get basedOn(): number {
    return this.recorded.basedOn;
  }

  @Field(() => Float, {
    description:
      'How far customers had moved: how often they bought, or came where too few buy, against ' +
      'before. -0.2: the time between is a fifth shorter.',
  })
  get drift(): number {
    const { before, now } = this.recorded.findings;
    return driftBetween(before, now) ?? 0;
  }

  @Field(() => Float, {
    nullable: true,
    description:
      'The median of how often customers bought in the year before the version in force was ' +
      'activated, or what it was made for. Days; null where too few bought.',
  })
  get repurchaseDaysBefore(): number | null {
    return this.recorded.findings.before.repurchaseDays;
  }

  @Field(() => Float, { nullable: true, description: 'The same of the last year. Days.' })
  get repurchaseDays(): number | null {
    return this.recorded.findings.now.repurchaseDays;
  }

  @Field(() => Float, {
    nullable: true,
    description: 'The median of how often they came, as of then. Days.',
  })
  get cadenceDaysBefore(): number | null {
    return this.recorded.findings.before.cadenceDays;
  }

  @Field(() => Float, { nullable: true, description: 'The same of the last year. Days.' })
  get cadenceDays(): number | null {
    return this.recorded.findings.now.cadenceDays;
  }

  @Field(() => [LifecycleStageFigures], { description: 'In the order of a life.' })
  get stages(): LifecycleStageFigures[] {
    return this.recorded.findings.stages.map((figures) => new LifecycleStageFigures(figures));
  }
}

export const ProposeLifecycleModelResult = createUnionType({
  name: 'ProposeLifecycleModelResult',
  description: 'A draft, or why there is none.',
  types: () => [LifecycleProposal, LifecycleModelRefused] as const,
});
