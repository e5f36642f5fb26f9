import { createRoot } from 'react-dom/client';
import { Client } from '../typed-client/client';
import { MyCard } from './my-card';
import { ClientContext } from './use-operation';

/** Puts the card into an element. The token is that of the company's own sign-in. */
export function showMyCard(element: Element, url: string, token: () => Promise<string>): void {
  createRoot(element).render(
    <ClientContext.Provider value={new Client({ url, token })}>
      <MyCard />
    </ClientContext.Provider>,
  );
}
