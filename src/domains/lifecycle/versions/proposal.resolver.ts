import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { actorOf } from '../../../platform/auth/caller';
import type { RequestContext } from '../../../platform/graphql/context';
import { Language } from '../../../platform/graphql/language.type';
import type { Language as LanguageName } from '../../../shared/language';
import { LifecycleProposals } from './proposal.service';
import { LifecycleProposal, ProposeLifecycleModelResult } from './proposal.types';
import { LifecycleVersionReads } from './versions.reads';
import { LifecycleModelRefused, LifecycleModelVersion } from './versions.types';

@Resolver(() => LifecycleProposal)
export class LifecycleProposalResolver {
  constructor(
    private readonly proposals: LifecycleProposals,
    private readonly versions: LifecycleVersionReads,
  ) {}

  @Mutation(() => ProposeLifecycleModelResult, {
    description:
      'Proposes lengths of time for a model from how its customers live now, as a draft: the next ' +
      'step is `previewLifecycleModel`.',
  })
  async proposeLifecycleModel(
    @Arg('name', () => String, { description: 'The name of a model in use.' }) name: string,
    @Ctx() context: RequestContext,
  ): Promise<typeof ProposeLifecycleModelResult> {
    const result = await this.proposals.propose(name, actorOf(context.caller));
    return result.kind === 'DONE'
      ? new LifecycleProposal(result.proposal)
      : new LifecycleModelRefused(result.refusal);
  }

  @FieldResolver(() => LifecycleModelVersion, { description: 'The draft.' })
  async draft(@Root() { recorded }: LifecycleProposal): Promise<LifecycleModelVersion> {
    const found = await this.versions.find(recorded.name, recorded.version);
    if (found === null) throw new Error('What was saved is gone.');
    return new LifecycleModelVersion(found);
  }

  @FieldResolver(() => [String], { description: 'What has moved, and what follows from it.' })
  changes(
    @Root() { recorded }: LifecycleProposal,
    @Arg('language', () => Language, { defaultValue: 'EN', description: 'In which language.' })
    language: LanguageName,
  ): string[] {
    const { sentences } = recorded.proposal;
    return sentences.map(({ en, zh }) => (language === 'ZH' ? zh : en));
  }
}
