// Middleware of functions that another function of the service invokes and waits for.
import type * as z from "zod";
import { lambdaHandler } from "./lambda-handler.ts";

/** Parses the input. The invocation fails if it does not match: the error names the field and quotes no value. */
export const invoked = <Input extends z.ZodType, Answer>(input: Input, run: (given: z.output<Input>) => Promise<Answer>) =>
  lambdaHandler((raw) => run(input.parse(raw)));
