// What both tables of routes have in common. They are two files, so that no function's bundle holds what another one serves.
import type { Route } from "../middleware/route.ts";
import type { Ports } from "../ports/ports.ts";

/** A handler for each of these routes: one that has none does not compile. */
export type Served<Keys extends readonly string[]> = Readonly<Record<Keys[number], Route<keyof Ports>>>;
