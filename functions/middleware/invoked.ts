// The door of what another function of the service invokes and waits for.
import type * as z from "zod";
import { door } from "./door.ts";

/** What comes is parsed, and the run fails when it is not as expected: the error names the field and quotes nothing of it. */
export const invoked = <Input extends z.ZodType, Answer>(input: Input, run: (given: z.output<Input>) => Promise<Answer>) =>
  door((raw) => run(input.parse(raw)));
