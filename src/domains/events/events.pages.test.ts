import { recordEvents, userIdentifier } from '../../../test/support/actions';
import { useApi } from '../../../test/support/api';

const api = useApi();

const PAGE = 'edges { cursor node { id messageId occurredAt } } pageInfo { hasNextPage }';
const CUSTOMERS = Array.from({ length: 14 }, (_, index) => `customer-${index}`);

type Connection = { readonly edges: readonly { readonly cursor: string }[] };

/** Each of several identifiers has events of several months, some at one instant. */
beforeAll(async () => {
  const months = ['2026-03', '2026-06', '2026-06', '2026-11'];
  await recordEvents(
    api,
    CUSTOMERS.flatMap((customer, index) =>
      months.flatMap((month, place) =>
        ['phone', 'browser'].map((device) => ({
          name: 'Page Viewed',
          channel: 'app',
          properties: { device },
          messageId: `${customer} ${place} ${device}`,
          occurredAt: `${month}-${String(index + 1).padStart(2, '0')}T12:00:00Z`,
          identifiers: [
            userIdentifier(customer),
            { namespace: 'device_id', value: `${device} of ${customer}` },
          ],
        })),
      ),
    ),
  );
});

async function pagesOf(customers: readonly string[], paging: string): Promise<Connection[]> {
  const fields = customers.map(
    (customer, index) => `c${index}: profileByIdentifier(
      identifier: { namespace: "user_id", value: "${customer}" }) { events(${paging}) { ${PAGE} } }`,
  );
  const data = await api.data<Record<string, { events: Connection }>>(`{ ${fields.join(' ')} }`);
  return customers.map((_, index) => data[`c${index}`]?.events as Connection);
}

/** Page by page, one customer at a time. */
async function pagesOneByOne(paging: string): Promise<Connection[]> {
  const pages: Connection[] = [];
  for (const customer of CUSTOMERS) pages.push(...(await pagesOf([customer], paging)));
  return pages;
}

it.each(['first: 3', 'first: 50', 'last: 3'])(
  'reads the pages of many as those of one (%s)',
  async (paging) => {
    const together = await pagesOf(CUSTOMERS, paging);
    expect(together).toEqual(await pagesOneByOne(paging));
    const size = paging === 'first: 50' ? 8 : 3;
    expect(together.map(({ edges }) => edges.length)).toEqual(CUSTOMERS.map(() => size));
  },
);

it('has every field of an event that is asked for by itself', async () => {
  const { __type: type } = await api.data<{ __type: { fields: { name: string }[] } }>(
    '{ __type(name: "Event") { fields { name } } }',
  );
  const names = type.fields.map(({ name }) => name);
  const nodeWith = async (fields: string) => {
    const text = `{ profileByIdentifier(identifier: { namespace: "user_id", value: "customer-3" }) {
      events(first: 1) { edges { node { ${fields} } } } } }`;
    const { profileByIdentifier: profile } = await api.data<{
      profileByIdentifier: { events: { edges: { node: Record<string, unknown> }[] } };
    }>(text);
    return profile.events.edges[0]?.node;
  };
  const whole = await nodeWith(names.join(' '));
  expect(names).toContain('receivedAt');
  for (const name of names) expect(await nodeWith(name)).toEqual({ [name]: whole?.[name] });
});

it('goes on from a place for many as for one', async () => {
  const [first] = await pagesOf(['customer-13'], 'first: 4');
  const after = `first: 2, after: "${first?.edges[3]?.cursor}"`;
  const together = await pagesOf(CUSTOMERS, after);
  expect(together).toEqual(await pagesOneByOne(after));
  expect(together.flatMap(({ edges }) => edges)).not.toHaveLength(0);
});
