// The base of all middleware: middy's wrapper, which ends an invocation before Lambda's time-out, and a narrow type of Lambda's context.
import middy from "@middy/core";
import type { Context as LambdaContext } from "aws-lambda";

export type Context = Pick<LambdaContext, "getRemainingTimeInMillis">;

/** Without a context, as in a test, the run has no time limit. */
export const lambdaHandler = <Answer>(run: (event: unknown, context: Context) => Promise<Answer>) => {
  const wrapped = middy().handler(run);
  return (event: unknown, context?: Context): Promise<Answer> => wrapped(event, context as LambdaContext);
};

/** Time to finish the current item. */
const MARGIN_MILLISECONDS = 15_000;

/** To call before each item, so that a run stops before Lambda's time-out. */
export const isTimeUpIn = (context: Context) => (): boolean => context.getRemainingTimeInMillis() < MARGIN_MILLISECONDS;
