// Middleware of scheduled functions. A run is told when to stop, so that it ends by itself before Lambda ends it.
import { type Context, isTimeUpIn, lambdaHandler } from "./lambda-handler.ts";

export const scheduled = <Answer>(
  run: (isTimeUp: () => boolean) => Promise<Answer>,
): ((event: unknown, context: Context) => Promise<Answer>) => lambdaHandler((_, context) => run(isTimeUpIn(context)));
