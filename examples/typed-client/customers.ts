import type { Client } from './client';
import {
  CustomersAtRiskDocument,
  type CustomersAtRiskQuery,
  ProfileByIdentifierDocument,
  type ProfileByIdentifierQuery,
} from './generated';

export type Customer = NonNullable<ProfileByIdentifierQuery['profileByIdentifier']>;
export type CustomerAtRisk = CustomersAtRiskQuery['profiles']['edges'][number]['node'];

/** @returns null where nobody is known by this id */
export async function findCustomer(client: Client, userId: string): Promise<Customer | null> {
  const identifier = { namespace: 'user_id', value: userId };
  const { profileByIdentifier } = await client.send(ProfileByIdentifierDocument, { identifier });
  return profileByIdentifier;
}

/** All of them, page by page: the next page is asked for when the one before is used up. */
export async function* customersAtRisk(
  client: Client,
  pageSize = 100,
): AsyncGenerator<CustomerAtRisk> {
  let after: string | null = null;
  do {
    const { profiles }: CustomersAtRiskQuery = await client.send(CustomersAtRiskDocument, {
      first: pageSize,
      after,
    });
    for (const { node } of profiles.edges) yield node;
    after = profiles.pageInfo.hasNextPage ? profiles.pageInfo.endCursor : null;
  } while (after !== null);
}
