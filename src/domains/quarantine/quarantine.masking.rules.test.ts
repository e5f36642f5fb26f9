import { defaultIdentityPolicy } from '../identity';
import { maskSentEvent } from './quarantine.masking.rules';

const user = { namespace: 'user_id', value: 'ada' };

it.each([
  ['an event', { name: 'Order Completed', identifiers: [user] }, 'Order Completed'],
  ['a call of an SDK', { type: 'page', name: 'Pricing' }, 'Pricing'],
  ['a record that is neither', { name: 'Alice Wong', email: 'alice@example.com' }, '***'],
])('of %s the name is %j or its mask', (_what, sent, name) => {
  expect(maskSentEvent(sent, defaultIdentityPolicy)['name']).toBe(name);
});
