// The door of what runs by the clock. A run is told when to stop, so that it ends by itself before Lambda ends it.
import { type Context, door, isTimeUpIn } from "./door.ts";

export const scheduled = <Answer>(
  run: (isTimeUp: () => boolean) => Promise<Answer>,
): ((event: unknown, context: Context) => Promise<Answer>) => door((_, context) => run(isTimeUpIn(context)));
