// The door of what runs by the clock. A run is told when to stop, so that it ends by itself before Lambda ends it.
import middy from "@middy/core";

type Context = { readonly getRemainingTimeInMillis: () => number };

/** Enough to finish the item at hand. */
const MARGIN_MILLISECONDS = 15_000;

export const scheduled = <Answer>(run: (isTimeUp: () => boolean) => Promise<Answer>) =>
  middy().handler(
    async (_: unknown, context: Context): Promise<Answer> => run(() => context.getRemainingTimeInMillis() < MARGIN_MILLISECONDS),
  );
