// What every door is made of: middy's wrapper, which ends a run in time to say so, and a type that asks only for what Lambda gives.
import middy from "@middy/core";
import type { Context as LambdaContext } from "aws-lambda";

export type Context = Pick<LambdaContext, "getRemainingTimeInMillis">;

/** Without a context, as in a test, nothing ends the run. */
export const door = <Answer>(run: (event: unknown, context: Context) => Promise<Answer>) => {
  const wrapped = middy().handler(run);
  return (event: unknown, context?: Context): Promise<Answer> => wrapped(event, context as LambdaContext);
};

/** Enough to finish the item at hand. */
const MARGIN_MILLISECONDS = 15_000;

/** Asked before each item, so that a run ends by itself before Lambda ends it. */
export const isTimeUpIn = (context: Context) => (): boolean => context.getRemainingTimeInMillis() < MARGIN_MILLISECONDS;
