/**
 * What is used of jsdom. Its published types bring the browser's globals with them, which would
 * hold for all of the project.
 */
interface Page {
  readonly window: {
    /** Runs a script in the page. */
    eval(script: string): void;
    close(): void;
  } & Readonly<Record<string, unknown>>;
}

const { JSDOM } = require('jsdom') as {
  readonly JSDOM: new (html: string, options: Readonly<Record<string, unknown>>) => Page;
};

const pages: Page[] = [];

/** A page at an address, with the requests, cookies and restrictions of a browser. */
export function openPage(url: string, referrer: string): Page['window'] {
  const html = '<!doctype html><title>Shoes</title>';
  const page = new JSDOM(html, { url, referrer, runScripts: 'outside-only' });
  pages.push(page);
  return page.window;
}

/** Ends what the pages' timers would go on with. */
export function closePages(): void {
  for (const { window } of pages.splice(0)) window.close();
}
