import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../../platform/graphql/context';
import { InvalidInput } from '../../../shared/errors';
import { IdentityReads, Profile } from '../../identity';
import { EXAMPLES_MAX, LifecyclePreviews, SAMPLE_MAX } from './preview.service';
import {
  LifecycleMove,
  LifecyclePreview,
  PreviewLifecycleModelInput,
  PreviewLifecycleModelResult,
} from './preview.types';
import {
  InvalidModelDocument,
  LifecycleModelNotFound,
  LifecycleModelRefused,
} from './versions.types';

@Resolver(() => LifecycleMove)
export class LifecyclePreviewResolver {
  constructor(
    private readonly previews: LifecyclePreviews,
    private readonly profilesById: Pick<IdentityReads, 'profileById'>,
  ) {}

  @Query(() => PreviewLifecycleModelResult, {
    description:
      'Who would move from where to where if a version of a model were activated now. Writes ' +
      'nothing. Reads the days of everybody, or of a sample; one preview at a time.',
  })
  async previewLifecycleModel(
    @Arg('input', { description: 'What is tried.' }) input: PreviewLifecycleModelInput,
  ): Promise<typeof PreviewLifecycleModelResult> {
    const { name, document = null, version = null, sample = null, examples } = input;
    if ((document === null) === (version === null)) {
      throw new InvalidInput('Give either `document` or `version`.', { argument: 'input' });
    }
    requireWithin('sample', sample ?? 1, 1, SAMPLE_MAX);
    requireWithin('examples', examples, 0, EXAMPLES_MAX);
    const outcome = await this.previews.run({ name, document, version, sample, examples });
    switch (outcome.kind) {
      case 'NOT_FOUND':
        return new LifecycleModelNotFound();
      case 'REFUSED':
        return new LifecycleModelRefused(outcome.refusal);
      case 'INVALID':
        return new InvalidModelDocument(outcome.faults);
      case 'DONE':
        return new LifecyclePreview(outcome.preview);
    }
  }

  @FieldResolver(() => [Profile], { nullable: true, description: 'Some of them.' })
  async examples(
    @Root() { cell }: LifecycleMove,
    @Ctx() context: RequestContext,
  ): Promise<readonly Profile[]> {
    const { profileById } = this.profilesById;
    const profiles = cell.examples.map((profileId) => context.load(profileById, profileId));
    return (await Promise.all(profiles)).filter((profile) => profile !== null);
  }
}

function requireWithin(argument: string, value: number, min: number, max: number): void {
  if (value >= min && value <= max) return;
  throw new InvalidInput(`\`${argument}\` must be between ${min} and ${max}.`, { argument, max });
}
