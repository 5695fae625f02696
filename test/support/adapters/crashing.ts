// A process that dies: ports that throw after a given call, and at every call from then on. What was called before it has happened.
import type { Ports } from "../../../functions/ports/ports.ts";

export class Crash extends Error {}

export type Crashing<Given> = {
  readonly ports: Given;
  /** How many calls were made. */
  readonly calls: () => number;
};

/** `after`: the call after which it dies, from 1; `Infinity` counts the calls and lives. The log and the clock are no calls: nothing hangs on them. */
export const crashing = <Given extends Partial<Ports>>(given: Given, after: number): Crashing<Given> => {
  let calls = 0;

  const dieOr = <Value>(value: Value): Value => {
    calls += 1;
    if (calls >= after) throw new Crash(`the process died after call ${calls}`);
    return value;
  };
  const alive = (): void => {
    if (calls >= after) throw new Crash("the process is dead");
  };

  async function* each(all: AsyncIterable<unknown>): AsyncGenerator<unknown> {
    for await (const one of all) yield dieOr(one);
  }

  const wrapped = (method: (...args: unknown[]) => unknown) =>
    function (this: unknown, ...args: unknown[]): unknown {
      alive();
      const answer = method.apply(this, args);
      if (typeof answer === "object" && answer !== null && Symbol.asyncIterator in answer) return each(answer as AsyncIterable<unknown>);
      // What is answered at once is a rule, which calls nothing.
      return answer instanceof Promise ? answer.then(dieOr) : answer;
    };

  const portOf = (port: object): object =>
    Object.fromEntries(
      Object.entries(port).map(([name, method]) => [name, wrapped((method as (...args: unknown[]) => unknown).bind(port))]),
    );

  const ports = Object.fromEntries(
    Object.entries(given).map(([name, port]) => [name, name === "log" || typeof port === "function" ? port : portOf(port as object)]),
  );
  return { ports: ports as Given, calls: () => calls };
};
