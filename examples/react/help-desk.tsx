import { renderToStaticMarkup } from 'react-dom/server';
import type { Client } from '../typed-client/client';
import { CardByIdentifierDocument, type IdentifierInput } from '../typed-client/generated';
import { CustomerCard, StageCard } from './customer-card';

/**
 * The card as the staff see it, rendered on the company's own server: the key stays there.
 * @returns HTML; null where nobody is known by the identifier
 */
export async function renderForStaff(
  client: Client,
  identifier: IdentifierInput,
): Promise<string | null> {
  const { profileByIdentifier: customer } = await client.send(CardByIdentifierDocument, {
    identifier,
  });
  if (customer === null) return null;
  return renderToStaticMarkup(
    <article>
      <CustomerCard customer={customer} />
      <StageCard customer={customer} />
    </article>,
  );
}
