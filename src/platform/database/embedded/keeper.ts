/** Told what became of a server that ended while it was in use. */
export interface KeeperReports {
  restarted(): void;
  failed(error: unknown): void;
}

export interface Keeper {
  /** Resolves when it will start nothing any more. */
  stop(): Promise<void>;
}

/** The server is away this long and as long as it takes to start, before requests get through. */
const LOOK_INTERVAL_MS = 1_000;

/**
 * Looks every second whether the server still runs, and starts it again where it does not: killed
 * for want of memory, say. Who is connected finds it on the same port when it has recovered.
 * Attempts that fail are reported and made again.
 */
export function keepRunning(
  isRunning: () => Promise<boolean>,
  restart: () => Promise<void>,
  reports: KeeperReports,
): Keeper {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();

  const look = async (): Promise<void> => {
    try {
      if (await isRunning()) return;
      await restart();
      reports.restarted();
    } catch (error) {
      reports.failed(error);
    }
  };
  const lookLater = (): void => {
    timer = setTimeout(() => {
      looking = look().then(() => {
        if (!stopped) lookLater();
      });
    }, LOOK_INTERVAL_MS);
    // A process that has nothing else to do may end.
    timer.unref();
  };
  lookLater();

  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      return looking;
    },
  };
}
