import { randomBytes } from 'node:crypto';
import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { createExecutor } from '../../../test/support/graphql';
import { createPipeline } from '../../../test/support/pipeline';
import { type ProfileId, toPublicId, uuidSource } from '../../shared/ids';
import { defaultIdentityPolicy, IdentityReads, IdentityResolver } from '../identity';
import { defaultLoyaltyPolicy, LoyaltyService } from '../loyalty';
import { defaultReferralPolicy } from './referrals.policy';
import { ReferralProjector } from './referrals.projection';
import { ReferralReads } from './referrals.reads';
import { ReferralResolver, ReferralSummaryResolver } from './referrals.resolver';
import { ReferralService } from './referrals.service';

const { database } = useTestDatabase();
const clock = new TestClock('2026-06-15T12:00:00Z');
const { directory } = createPipeline(database, { clock });
const ledger = new LoyaltyService(database, defaultLoyaltyPolicy, uuidSource, clock, directory);
const projectors = [new ReferralProjector(directory, ledger, defaultReferralPolicy)];
const { events } = createPipeline(database, { clock, projectors });
const profiles = new IdentityReads(database, defaultIdentityPolicy);
const reads = new ReferralReads(database);
const execute = createExecutor([
  new IdentityResolver(profiles),
  new ReferralResolver(
    new ReferralService(database, clock, uuidSource, randomBytes, directory, events),
    profiles,
  ),
  new ReferralSummaryResolver(reads),
]);

let serial = 0;

async function newProfile(): Promise<string> {
  serial += 1;
  const identifiers = [{ namespace: 'user_id', value: `user-${serial}` }];
  const seen = { messageId: `m-${serial}`, name: 'Viewed', identifiers };
  const { profileIds } = await events.ingest('test', [seen]);
  return toPublicId('prf', profileIds[0] as ProfileId);
}

async function createCode(profileId: string, code?: string): Promise<Record<string, unknown>> {
  const source = `mutation ($input: CreateReferralCodeInput!) {
    createReferralCode(input: $input) {
      __typename
      ... on ReferralCode { code createdAt profile { id referrals { code } } }
      ... on CodeTaken { taken: code message }
      ... on InvalidCode { message }
      ... on ProfileNotFound { message }
    }
  }`;
  const { data, errors } = await execute(source, { input: { profileId, code } });
  expect(errors).toBeUndefined();
  return data?.['createReferralCode'] as Record<string, unknown>;
}

async function claim(code: string, profileId: string): Promise<Record<string, unknown>> {
  const source = `mutation ($input: ClaimReferralInput!) {
    claimReferral(input: $input) {
      __typename
      ... on Referral { id code status claimedAt convertedAt }
      ... on AlreadyReferred { message referral { code status } }
      ... on ReferralCodeNotFound { message }
      ... on SelfReferral { message }
      ... on NotANewCustomer { message }
      ... on ReferralCycle { message }
      ... on ProfileNotFound { message }
    }
  }`;
  const { data, errors } = await execute(source, { input: { code, profileId } });
  expect(errors).toBeUndefined();
  return data?.['claimReferral'] as Record<string, unknown>;
}

test('a code is made, shown, and taken for others', async () => {
  const [ann, bob] = [await newProfile(), await newProfile()];
  expect(await createCode(ann, 'ann-2026')).toEqual({
    __typename: 'ReferralCode',
    code: 'ANN2026',
    createdAt: clock.now(),
    profile: { id: ann, referrals: { code: 'ANN2026' } },
  });
  expect(await createCode(ann)).toMatchObject({ code: 'ANN2026' });
  expect(await createCode(bob, 'Ann2026')).toMatchObject({
    __typename: 'CodeTaken',
    taken: 'ANN2026',
  });
  expect(await createCode(bob, '!')).toMatchObject({ __typename: 'InvalidCode' });
  const nobody = toPublicId('prf', uuidSource.next());
  expect(await createCode(nobody)).toMatchObject({ __typename: 'ProfileNotFound' });
});

test('a claim answers with the referral or with why not', async () => {
  const [ann, bob, cem] = [await newProfile(), await newProfile(), await newProfile()];
  const annCode = String((await createCode(ann))['code']);
  const bobCode = String((await createCode(bob))['code']);
  expect(await claim(annCode.toLowerCase(), bob)).toEqual({
    __typename: 'Referral',
    id: expect.stringMatching(/^ref_/),
    code: annCode,
    status: 'CLAIMED',
    claimedAt: clock.now(),
    convertedAt: null,
  });
  expect(await claim(annCode, bob)).toEqual({
    __typename: 'AlreadyReferred',
    message: expect.any(String),
    referral: { code: annCode, status: 'CLAIMED' },
  });
  const identifiers = [{ namespace: 'profile_id', value: cem }];
  const name = 'Order Completed';
  await events.ingest('test', [{ messageId: 'o', name, identifiers, properties: { revenue: 1 } }]);
  const typeOf = async (code: string, profileId: string) =>
    (await claim(code, profileId))['__typename'];
  expect(await typeOf('NOSUCHCODE', cem)).toBe('ReferralCodeNotFound');
  expect(await typeOf(annCode, ann)).toBe('SelfReferral');
  expect(await typeOf(bobCode, ann)).toBe('ReferralCycle');
  expect(await typeOf(annCode, cem)).toBe('NotANewCustomer');
  expect(await typeOf(annCode, toPublicId('prf', uuidSource.next()))).toBe('ProfileNotFound');
});

test('the profile shows whom it brought, and nothing of who they are', async () => {
  const [ann, bob, cem] = [await newProfile(), await newProfile(), await newProfile()];
  const code = String((await createCode(ann))['code']);
  await claim(code, bob);
  clock.advanceDays(1);
  await claim(code, cem);
  const identifiers = [{ namespace: 'profile_id', value: bob }];
  const name = 'Order Completed';
  await events.ingest('test', [{ messageId: 'p', name, identifiers, properties: { revenue: 1 } }]);
  const { data, errors } = await execute(
    `query ($ann: ID!, $bob: ID!) {
      ann: profile(id: $ann) { referrals { ...summary } }
      bob: profile(id: $bob) { referrals { ...summary } }
    }
    fragment summary on ReferralSummary {
      code invited converted referredByCode
      referrals(first: 1) { edges { node { code status convertedAt } } pageInfo { hasNextPage } }
    }`,
    { ann, bob },
  );
  expect(errors).toBeUndefined();
  expect(data).toEqual({
    ann: {
      referrals: {
        code,
        invited: 2,
        converted: 1,
        referredByCode: null,
        referrals: {
          edges: [{ node: { code, status: 'CLAIMED', convertedAt: null } }],
          pageInfo: { hasNextPage: true },
        },
      },
    },
    bob: {
      referrals: {
        code: null,
        invited: 0,
        converted: 0,
        referredByCode: code,
        referrals: { edges: [], pageInfo: { hasNextPage: false } },
      },
    },
  });
});
