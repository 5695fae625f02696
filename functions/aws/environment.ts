// The only place that reads the process's environment. Apart from whatever connects, so that a function which needs no client holds none.
import { ENV, type Env, type FunctionName } from "../contract/env.ts";

/** Throws at start-up, naming the variable, when the stack forgot one. */
export const environmentOf = <Name extends FunctionName>(name: Name): Env<Name> => ENV[name].parse(process.env) as Env<Name>;
