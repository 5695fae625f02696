// The end of the service by a signal. The first one stops it in order; a second one ends the process at once, and with it whatever it started.
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Exit status of a process that was told to end before it had stopped in order. */
const INTERRUPTED = 130;

/** Before `ready` is called, during the start, the first signal ends the process at once. */
export const stopOnSignals = (): { readonly ready: (close: () => Promise<void>) => void } => {
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
  return {
    ready: (onStop) => {
      close = onStop;
    },
  };
};
