import type { CustomerCardFragment, StageCardFragment } from '../typed-client/generated';

/** Who it is, their points, and what they did last; of these, what the caller may see. */
export function CustomerCard({ customer }: { readonly customer: CustomerCardFragment }) {
  const { displayName, loyalty, events } = customer;
  return (
    <section className="customer">
      <h2>{displayName ?? 'Welcome'}</h2>
      {loyalty && <Points loyalty={loyalty} />}
      <ol>
        {events?.edges.map(({ node }) => (
          <li key={node.id}>
            {node.name} <time dateTime={node.occurredAt}>{node.occurredAt.slice(0, 10)}</time>
          </li>
        ))}
      </ol>
    </section>
  );
}

type Loyalty = NonNullable<CustomerCardFragment['loyalty']>;

function Points({ loyalty: { balance, tier, expiring } }: { readonly loyalty: Loyalty }) {
  return (
    <p>
      <strong>{balance}</strong> points, <em>{tier}</em>
      {expiring && expiring.points !== '0' && <>; {expiring.points} expire within 30 days</>}
    </p>
  );
}

/** Where they stand, and why. Not for the customer's own app: a token may not ask for it. */
export function StageCard({ customer }: { readonly customer: StageCardFragment }) {
  const { stage, since, atRisk, reasons } = customer.lifecycle;
  return (
    <section className="stage">
      <h3>
        {stage} since {since.slice(0, 10)}
      </h3>
      {atRisk && <p>At risk</p>}
      <ul>
        {reasons.map(({ text }) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </section>
  );
}
