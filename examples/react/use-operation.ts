import { createContext, useContext, useEffect, useState } from 'react';
import type { Client } from '../typed-client/client';
import type { TypedDocumentString } from '../typed-client/generated';

export const ClientContext = createContext<Client | null>(null);

export type Loading<Data> =
  | { readonly status: 'LOADING' }
  | { readonly status: 'READY'; readonly data: Data }
  | { readonly status: 'FAILED'; readonly error: unknown };

/** Asks when the component appears, and anew when the variables change. */
export function useOperation<Data, Variables>(
  operation: TypedDocumentString<Data, Variables>,
  variables: Variables,
): Loading<Data> {
  const client = useClient();
  const [state, setState] = useState<Loading<Data>>({ status: 'LOADING' });
  // Objects are new in every rendering; what they say is not.
  const key = JSON.stringify(variables);

  useEffect(() => {
    const leaving = new AbortController();
    setState({ status: 'LOADING' });
    client.send(operation, JSON.parse(key) as Variables, { signal: leaving.signal }).then(
      (data) => setState({ status: 'READY', data }),
      (error: unknown) => {
        if (!leaving.signal.aborted) setState({ status: 'FAILED', error });
      },
    );
    return () => leaving.abort();
  }, [client, operation, key]);

  return state;
}

function useClient(): Client {
  const client = useContext(ClientContext);
  if (client === null) throw new Error('Put a ClientContext around the component.');
  return client;
}
