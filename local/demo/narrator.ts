// Prints the steps of the demo: each promise with what was observed. The first broken promise ends the demo.
import { setTimeout as sleep } from "node:timers/promises";

export class BrokenPromise extends Error {}

export type Narrator = {
  /** A step begins. */
  step(title: string): void;
  /** A promise, and what was seen of it. Throws `BrokenPromise` when it was not kept. */
  promise(promise: string, kept: boolean, observed: string): void;
};

export const createNarrator = (print: (line: string) => void): Narrator => {
  let steps = 0;
  return {
    step(title) {
      steps += 1;
      print(`\n${steps}. ${title}`);
    },
    promise(promise, kept, observed) {
      print(`   ${kept ? "ok    " : "BROKEN"} ${promise}: ${observed}`);
      if (!kept) throw new BrokenPromise(`Not as promised: ${promise}; observed: ${observed}`);
    },
  };
};

const PAUSE_MILLISECONDS = 100;

/** Asks until there is an answer, or for so many seconds. */
export const eventually = async <Value>(
  ask: () => Promise<Value | undefined> | Value | undefined,
  seconds = 20,
): Promise<Value | undefined> => {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    const value = await ask();
    if (value !== undefined || Date.now() > until) return value;
    await sleep(PAUSE_MILLISECONDS);
  }
};
