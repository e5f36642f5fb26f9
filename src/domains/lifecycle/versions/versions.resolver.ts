import { Arg, Args, Ctx, Int, Mutation, Query, Resolver } from 'type-graphql';
import { actorOf } from '../../../platform/auth/caller';
import { type Connection, toConnection } from '../../../platform/graphql/connection';
import type { RequestContext } from '../../../platform/graphql/context';
import type { CursorForm } from '../../../platform/graphql/cursor';
import { PageArguments, readPageArguments } from '../../../platform/graphql/page-arguments';
import { isModelName } from '../models/model-document';
import { LifecycleVersionReads } from './versions.reads';
import { LifecycleVersionService, type VersionOutcome } from './versions.service';
import type { VersionKey } from './versions.store';
import {
  ActivateLifecycleModelInput,
  ActivateLifecycleModelResult,
  InvalidModelDocument,
  LifecycleModelDecisionInput,
  LifecycleModelNotFound,
  LifecycleModelRefused,
  LifecycleModelVersion,
  LifecycleModelVersionConnection,
  RetireLifecycleModelResult,
  RollBackLifecycleModelResult,
  SaveLifecycleModelInput,
  SaveLifecycleModelResult,
} from './versions.types';

@Resolver(() => LifecycleModelVersion)
export class LifecycleVersionResolver {
  constructor(
    private readonly service: LifecycleVersionService,
    private readonly reads: LifecycleVersionReads,
  ) {}

  @Query(() => LifecycleModelVersionConnection, {
    description:
      'How the lives of customers can be cut: every version of every model, by name, the highest ' +
      'of each first. Presets are among them.',
  })
  async lifecycleModels(
    @Arg('name', () => String, { nullable: true, description: 'Of this name only.' })
    name: string | null = null,
    @Args() paging: PageArguments,
  ): Promise<Connection<LifecycleModelVersion>> {
    const page = readPageArguments(paging, versionCursor);
    const isNamed = name !== null;
    const rows = isNamed && !isModelName(name) ? [] : await this.reads.findPage(name, page);
    return toConnection(
      rows,
      page,
      (row) => new LifecycleModelVersion(row),
      (row) => row,
    );
  }

  @Query(() => LifecycleModelVersion, {
    nullable: true,
    description: 'One version of a model; null where there is none.',
  })
  async lifecycleModel(
    @Arg('name', () => String, { description: 'The name of the model.' }) name: string,
    @Arg('version', () => Int, {
      nullable: true,
      description: 'The one in force where left out; null then for a model that is not in use.',
    })
    version: number | null = null,
  ): Promise<LifecycleModelVersion | null> {
    if (!isModelName(name)) return null;
    const found =
      version === null ? await this.reads.findInForce(name) : await this.reads.find(name, version);
    return found === null ? null : new LifecycleModelVersion(found);
  }

  @Mutation(() => SaveLifecycleModelResult, {
    description:
      'Saves a new version of a model as a draft, which decides nothing until it is activated. ' +
      'Sent again with the same content it is given back as it is.',
  })
  async saveLifecycleModel(
    @Arg('input', { description: 'What it says.' }) input: SaveLifecycleModelInput,
    @Ctx() context: RequestContext,
  ): Promise<typeof SaveLifecycleModelResult> {
    const { name, document, note } = input;
    const draft = { name, document, note: note ?? '' };
    const outcome = await this.service.save(draft, actorOf(context.caller));
    if (outcome.kind === 'INVALID') return new InvalidModelDocument(outcome.faults);
    const result = await this.toResult(outcome);
    if (result instanceof LifecycleModelNotFound) throw new Error('What was saved is gone.');
    return result;
  }

  @Mutation(() => ActivateLifecycleModelResult, {
    description:
      'Lets a version of a model decide from now on, and has every customer judged by it in the ' +
      'background: see `lifecycleRollout`. Until a customer is, the answer before stands. What was ' +
      'decided of the past stays, but for a model that was never in use: that one decides from ' +
      'the beginning.',
  })
  async activateLifecycleModel(
    @Arg('input', { description: 'Which version, and why.' }) input: ActivateLifecycleModelInput,
    @Ctx() context: RequestContext,
  ): Promise<typeof ActivateLifecycleModelResult> {
    const { name, version, reason } = input;
    return this.toResult(
      await this.service.activate(name, version, reason, actorOf(context.caller)),
    );
  }

  @Mutation(() => RollBackLifecycleModelResult, {
    description:
      'Lets the version decide that did before the one in force; of a retired model the last one. ' +
      'As by an activation, the stages of the time between stay in the histories.',
  })
  async rollBackLifecycleModel(
    @Arg('input', { description: 'Of which model, and why.' }) input: LifecycleModelDecisionInput,
    @Ctx() context: RequestContext,
  ): Promise<typeof RollBackLifecycleModelResult> {
    const { name, reason } = input;
    return this.toResult(await this.service.rollBack(name, reason, actorOf(context.caller)));
  }

  @Mutation(() => RetireLifecycleModelResult, {
    description:
      'Takes a model out of use, any but the default one: the stages it gave go, their histories ' +
      'stay.',
  })
  async retireLifecycleModel(
    @Arg('input', { description: 'Which model, and why.' }) input: LifecycleModelDecisionInput,
    @Ctx() context: RequestContext,
  ): Promise<typeof RetireLifecycleModelResult> {
    const { name, reason } = input;
    return this.toResult(await this.service.retire(name, reason, actorOf(context.caller)));
  }

  private async toResult(
    outcome: VersionOutcome,
  ): Promise<LifecycleModelVersion | LifecycleModelNotFound | LifecycleModelRefused> {
    switch (outcome.kind) {
      case 'NOT_FOUND':
        return new LifecycleModelNotFound();
      case 'REFUSED':
        return new LifecycleModelRefused(outcome.refusal);
      case 'DONE': {
        const found = await this.reads.find(outcome.name, outcome.version);
        if (found === null) throw new Error('What was decided on is gone.');
        return new LifecycleModelVersion(found);
      }
    }
  }
}

const versionCursor: CursorForm<VersionKey> = {
  length: 2,
  write: ({ name, version }) => [name, String(version)],
  read: ([name = '', version = '']) =>
    /^\d{1,9}$/.test(version) && isModelName(name) ? { name, version: Number(version) } : null,
};
