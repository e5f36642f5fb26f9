import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { fromPublicId } from '../../shared/ids';
import type { RequestContext } from '../graphql/context';
import type { ApiKeyService } from './api-key.service';
import { ApiKeyType, CreateApiKeyInput, CreateApiKeyPayload } from './api-key.types';
import { grantorOf } from './grantor';

@Resolver()
export class ApiKeyResolver {
  constructor(private readonly apiKeys: ApiKeyService) {}

  @Query(() => [ApiKeyType], {
    name: 'apiKeys',
    description: 'Every API key: active ones first, then the newest first; at most 500.',
  })
  async list(): Promise<ApiKeyType[]> {
    return (await this.apiKeys.list()).map((record) => new ApiKeyType(record));
  }

  @Mutation(() => CreateApiKeyPayload, {
    name: 'createApiKey',
    description:
      'Makes an API key. Refused as FORBIDDEN where the key that asks lacks one of the scopes, ' +
      'and as API_KEY_NAME_TAKEN where an active key has the name.',
  })
  async create(
    @Arg('input', () => CreateApiKeyInput, { description: 'The key to make.' })
    input: CreateApiKeyInput,
    @Ctx() context: RequestContext,
  ): Promise<CreateApiKeyPayload> {
    const { apiKey, secret } = await this.apiKeys.create(input, grantorOf(context.caller));
    return new CreateApiKeyPayload(new ApiKeyType(apiKey), secret);
  }

  @Mutation(() => ApiKeyType, {
    name: 'revokeApiKey',
    description:
      'Revokes an API key for good; within three seconds it is refused everywhere. Revoking it ' +
      'again changes nothing.',
  })
  async revoke(
    @Arg('id', () => ID, { description: 'The key to revoke.' }) id: string,
  ): Promise<ApiKeyType> {
    return new ApiKeyType(await this.apiKeys.revoke(fromPublicId('key', id)));
  }
}
