import type { App } from '../app';

/** Opens the app for one command, and closes it whatever comes of it. */
export type RunWithApp = (
  command: (app: App, out: NodeJS.WritableStream) => Promise<void>,
) => Promise<void>;
