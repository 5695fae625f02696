// Shared parts of the route tables. The tables are separate files, so that no bundle contains the handlers of another function.
import type { Route } from "../middleware/route.ts";
import type { Ports } from "../ports/ports.ts";

/** A handler for each of these routes: one that has none does not compile. */
export type Served<Keys extends readonly string[]> = Readonly<Record<Keys[number], Route<keyof Ports>>>;
