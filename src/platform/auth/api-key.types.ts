import { ArrayNotEmpty, Length } from 'class-validator';
import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { toPublicId } from '../../shared/ids';
import { Node } from '../graphql/node';
import { API_KEY_NAME_LENGTH_MAX } from './api-key.service';
import type { ApiKeyRecord } from './api-key.store';
import { MadeKey } from './made.types';
import { type Scope, scopeNames, scopes } from './scopes';

/** GraphQL's names of the scopes: `personal-data:read` is `PERSONAL_DATA_READ`. */
export const ScopeEnum: Readonly<Record<string, Scope>> = Object.fromEntries(
  scopeNames.map((scope) => [enumNameOf(scope), scope]),
);

registerEnumType(ScopeEnum, {
  name: 'Scope',
  description: 'What an API key may do.',
  valuesConfig: Object.fromEntries(
    scopeNames.map((scope) => [
      enumNameOf(scope),
      { description: `${scopes[scope]}. In messages and settings: \`${scope}\`.` },
    ]),
  ),
});

@ObjectType('ApiKey', {
  implements: Node,
  description: 'A key of a partner or an internal tool, without its secret.',
})
export class ApiKeyType extends MadeKey {
  constructor(record: ApiKeyRecord) {
    super(record);
    this.id = toPublicId('key', record.id);
    this.name = record.name;
    this.scopes = record.scopes;
  }

  @Field(() => ID, { description: 'Opaque and permanent.' })
  readonly id: string;

  @Field(() => String, { description: 'Tells active keys apart.' })
  readonly name: string;

  @Field(() => [ScopeEnum], { description: 'What the key may do.' })
  readonly scopes: readonly Scope[];
}

@InputType({ description: 'The key to make.' })
export class CreateApiKeyInput {
  @Field(() => String, {
    description: 'Tells active keys apart, 1 to 100 characters; free again once revoked.',
  })
  @Length(1, API_KEY_NAME_LENGTH_MAX)
  name!: string;

  @Field(() => [ScopeEnum], {
    description:
      'What the key may do: at least one scope, all of them scopes of the key that asks.',
  })
  @ArrayNotEmpty()
  scopes!: Scope[];
}

@ObjectType({ description: 'The key made.' })
export class CreateApiKeyPayload {
  constructor(apiKey: ApiKeyType, secret: string) {
    this.apiKey = apiKey;
    this.secret = secret;
  }

  @Field(() => ApiKeyType, { description: 'The key, as it will be listed.' })
  readonly apiKey: ApiKeyType;

  @Field(() => String, {
    description: 'What to send as `Authorization: Bearer <secret>`. Shown this once; keep it safe.',
  })
  readonly secret: string;
}

function enumNameOf(scope: Scope): string {
  return scope.replaceAll(/[:-]/g, '_').toUpperCase();
}
