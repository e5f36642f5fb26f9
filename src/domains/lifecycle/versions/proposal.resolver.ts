import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { actorOf } from '../../../platform/auth/caller';
import type { RequestContext } from '../../../platform/graphql/context';
import { Language } from '../../../platform/graphql/language.type';
import { inLanguage, type Language as LanguageName } from '../../../shared/language';
import { isModelName } from '../models/model-document';
import { LifecycleProposalReads } from './proposal.reads';
import { LifecycleProposals } from './proposal.service';
import { LifecycleProposal, ProposeLifecycleModelResult } from './proposal.types';
import { LifecycleVersionReads, versionText } from './versions.reads';
import { LifecycleModelRefused, LifecycleModelVersion } from './versions.types';

@Resolver(() => LifecycleProposal)
export class LifecycleProposalResolver {
  constructor(
    private readonly proposals: LifecycleProposals,
    private readonly reads: LifecycleProposalReads,
    private readonly versions: LifecycleVersionReads,
  ) {}

  @Query(() => LifecycleProposal, {
    nullable: true,
    description:
      'The proposal for a model that waits for a decision: the last one, be it by the job or by ' +
      '`proposeLifecycleModel`, for as long as its draft was never activated and what it would ' +
      'change is in force. Null where there is none.',
  })
  async lifecycleProposal(
    @Arg('model', () => String, {
      nullable: true,
      description: 'The name of the model; the default one where left out.',
    })
    model: string | null = null,
  ): Promise<LifecycleProposal | null> {
    const name = model ?? this.reads.defaultName;
    const found = isModelName(name) ? await this.reads.waiting(name) : null;
    return found === null ? null : new LifecycleProposal(found);
  }

  @Mutation(() => ProposeLifecycleModelResult, {
    description:
      'Proposes lengths of time for a model from how its customers live now, as a draft: the next ' +
      'step is `previewLifecycleModel`. A job does the same from time to time.',
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
  async draft(
    @Root() { recorded }: LifecycleProposal,
    @Ctx() context: RequestContext,
  ): Promise<LifecycleModelVersion> {
    const found = await context.load(this.versions.byText, versionText(recorded));
    if (found === null) throw new Error('What was saved is gone.');
    return new LifecycleModelVersion(found);
  }

  @FieldResolver(() => [String], { description: 'What has moved, and what follows from it.' })
  changes(
    @Root() { recorded }: LifecycleProposal,
    @Arg('language', () => Language, { defaultValue: 'EN', description: 'In which language.' })
    language: LanguageName,
  ): string[] {
    return recorded.findings.sentences.map((sentence) => inLanguage(sentence, language));
  }
}

@Resolver(() => LifecycleModelVersion)
export class LifecycleVersionProposalResolver {
  constructor(private readonly reads: LifecycleProposalReads) {}

  @FieldResolver(() => LifecycleProposal, {
    nullable: true,
    description: 'What it was proposed from, and why; null where somebody wrote it.',
  })
  async proposal(
    @Root() { row }: LifecycleModelVersion,
    @Ctx() context: RequestContext,
  ): Promise<LifecycleProposal | null> {
    const found = await context.load(this.reads.byText, versionText(row));
    return found === null ? null : new LifecycleProposal(found);
  }
}
