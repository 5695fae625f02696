// Ends the service by a signal. The first one stops it in order; a second one ends the process and its children at once.
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Exit status of a process that ended before it had stopped in order. */
const INTERRUPTED = 130;

const PARENT_MILLISECONDS = 500;

type Options = {
  /** npm ends the shell that it started, but not the process in that shell: the end of the parent then counts as a signal. */
  readonly withParent?: boolean;
};

/** Before `ready` is called, during the start, the first signal ends the process at once. */
export const stopOnSignals = ({ withParent = false }: Options = {}): { readonly ready: (close: () => Promise<void>) => void } => {
  let close: (() => Promise<void>) | undefined;
  const stop = async (): Promise<void> => {
    const closing = close;
    close = undefined;
    if (closing === undefined) process.exit(INTERRUPTED);
    try {
      await closing();
      process.exit(0);
    } catch (error) {
      console.error(error);
      process.exit(1);
    }
  };
  for (const signal of SIGNALS) process.on(signal, () => void stop());
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    void stop();
  }, PARENT_MILLISECONDS).unref();
  if (!withParent) clearInterval(watch);
  return {
    ready: (onStop) => {
      close = onStop;
    },
  };
};
