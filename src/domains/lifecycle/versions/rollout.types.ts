import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { RolloutProgress } from './rollout.store';

@ObjectType({
  description:
    'How far the last change of a lifecycle model, or of its calibration, has been carried through.',
})
export class LifecycleRolloutProgress {
  constructor(
    private readonly progress: RolloutProgress,
    private readonly now: Date,
  ) {}

  @Field(() => Int, {
    nullable: true,
    description: 'The version customers are judged by anew; null where the model was retired.',
  })
  get version(): number | null {
    return this.progress.version;
  }

  @Field(() => Int, {
    nullable: true,
    description: 'Customers to judge; null while that is not known yet.',
  })
  get total(): number | null {
    return this.progress.total;
  }

  @Field(() => Int, { description: 'Those of them who are judged.' })
  get done(): number {
    return this.progress.done;
  }

  @Field(() => Float, { description: '0 … 100.' })
  get percentage(): number {
    const { total, done, finishedAt } = this.progress;
    if (finishedAt !== null) return 100;
    return total === null || total === 0 ? 0 : (100 * done) / total;
  }

  @Field(() => Float, {
    nullable: true,
    description: 'Customers judged in a second, on average; null before the first.',
  })
  get ratePerSecond(): number | null {
    const { done, startedAt, finishedAt } = this.progress;
    if (startedAt === null || done === 0) return null;
    const elapsedMs = (finishedAt ?? this.now).getTime() - startedAt.getTime();
    return elapsedMs <= 0 ? null : (1000 * done) / elapsedMs;
  }

  @Field(() => Float, {
    nullable: true,
    description: 'How long the rest takes at that rate; null while there is none. Seconds.',
  })
  get secondsLeft(): number | null {
    const { total, done, finishedAt } = this.progress;
    if (finishedAt !== null) return 0;
    const rate = this.ratePerSecond;
    return rate === null || total === null ? null : (total - done) / rate;
  }

  @Field(() => Date, {
    nullable: true,
    description: 'When a worker took it up; null where none has yet.',
  })
  get startedAt(): Date | null {
    return this.progress.startedAt;
  }

  @Field(() => Date, { nullable: true, description: 'When the last customer was judged.' })
  get finishedAt(): Date | null {
    return this.progress.finishedAt;
  }
}
