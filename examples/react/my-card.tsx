import { ApiError } from '../typed-client/errors';
import { MyCardDocument } from '../typed-client/generated';
import { CustomerCard } from './customer-card';
import { useOperation } from './use-operation';

/** The card of whoever is signed in. */
export function MyCard() {
  const state = useOperation(MyCardDocument, {});
  switch (state.status) {
    case 'LOADING':
      return <p>One moment …</p>;
    case 'FAILED':
      return <p role="alert">{whatToSay(state.error)}</p>;
    case 'READY':
      return state.data.me === null ? (
        <p>We have not met yet.</p>
      ) : (
        <CustomerCard customer={state.data.me} />
      );
  }
}

function whatToSay(error: unknown): string {
  const isSignedOut = error instanceof ApiError && error.code === 'UNAUTHENTICATED';
  return isSignedOut ? 'Please sign in again.' : 'That did not work. Please try again later.';
}
