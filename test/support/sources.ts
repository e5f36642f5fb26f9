import type { SourceRequest } from '../../src/domains/sources/sources.service';
import { scopeNames } from '../../src/platform/auth/scopes';
import type { TestApi } from './api';

/** Makes a source. @returns its write key */
export async function newSource(api: TestApi, request: SourceRequest): Promise<string> {
  const grantor = { actor: 'test', scopes: new Set(scopeNames) };
  const made = await api.app.sources.create(request, grantor);
  if (made.kind !== 'SOURCE_CREATED') throw new Error(`There is a source ${request.name} already.`);
  return made.secret;
}
