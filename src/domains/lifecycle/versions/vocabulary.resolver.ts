import { GraphQLJSONObject } from 'graphql-scalars';
import { Arg, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { Language } from '../../../platform/graphql/language.type';
import type { JsonObject } from '../../../shared/json';
import type { Language as LanguageName } from '../../../shared/language';
import { factDefinition, factNames } from '../facts/facts';
import { lifecycleModelSchema } from '../models/model-schema';
import { LifecycleFact } from './vocabulary.types';

/** What whoever writes a lifecycle model has to know. */
@Resolver(() => LifecycleFact)
export class LifecycleVocabularyResolver {
  @Query(() => GraphQLJSONObject, {
    description:
      'The form of a lifecycle model document, as JSON Schema (draft 2020-12): for editors to ' +
      'check what is typed.',
  })
  lifecycleModelSchema(): JsonObject {
    return lifecycleModelSchema as unknown as JsonObject;
  }

  @Query(() => [LifecycleFact], {
    description: 'Everything that conditions of a lifecycle model may ask for.',
  })
  lifecycleFacts(): LifecycleFact[] {
    return factNames.map((name) => new LifecycleFact(name, factDefinition(name)));
  }

  @FieldResolver(() => String, { description: 'What people call it.' })
  label(
    @Root() { definition }: LifecycleFact,
    @Arg('language', () => Language, { defaultValue: 'EN', description: 'In which language.' })
    language: LanguageName,
  ): string {
    return language === 'ZH' ? definition.label.zh : definition.label.en;
  }
}
