import { defaultIdentityPolicy, IdentityReads, IdentityResolver } from '../../src/domains/identity';
import { useApi } from '../support/api';

const api = useApi();

it('the identity policy in force is told', async () => {
  const data = await api.data(
    `{ identityPolicy {
      namespaces { name normaliser priority limit { max windowDays } uniqueToPerson
        followsPerson }
      junkValues phoneRegion emailProviders { domain aliases ignoreDots dropPlusTags }
      valueLengthMax identifiersPerProfileMax mergesPerProfileMax tenantsPerIdentifierMax
      relinking
      traitStrategies { trait strategy }
      traitMasking { name masking } propertyMasking { name masking }
    } }`,
  );
  const { identityPolicy } = api.app.config;
  const settingsOf = (maskings: ReadonlyMap<string, string>) =>
    [...maskings].map(([name, masking]) => ({ name, masking }));
  expect(data).toEqual({
    identityPolicy: {
      ...identityPolicy,
      traitStrategies: [],
      traitMasking: settingsOf(identityPolicy.traitMasking),
      propertyMasking: settingsOf(identityPolicy.propertyMasking),
    },
  });
});

it('and with it the strategies of traits', () => {
  const policy = { ...defaultIdentityPolicy, traitStrategies: new Map([['age', 'MAX'] as const]) };
  const resolver = new IdentityResolver(new IdentityReads(api.database, policy));
  expect(resolver.identityPolicy().traitStrategies).toEqual([{ trait: 'age', strategy: 'MAX' }]);
});
