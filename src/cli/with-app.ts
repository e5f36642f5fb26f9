import type { App } from '../app';

/**
 * Opens the app for one command, and closes it whatever comes of it. The signal is aborted when the
 * process is asked to end; commands that take long heed it.
 */
export type RunWithApp = (
  command: (app: App, out: NodeJS.WritableStream, signal: AbortSignal) => Promise<void>,
) => Promise<void>;
