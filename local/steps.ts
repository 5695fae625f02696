// Shows the steps of a start while they run: a start on a busy machine takes a minute.
import { performance } from "node:perf_hooks";

/** Runs one named step of a start. */
export type Step = <Result>(name: string, run: () => Promise<Result>) => Promise<Result>;

export const silentStep: Step = (_, run) => run();

type Output = { readonly isTTY?: boolean; write(text: string): unknown };

/** A terminal shows each step on one line that is completed in place; anything else gets a line when a step begins and one when it ends. */
export const shownStep =
  (output: Output): Step =>
  async (name, run) => {
    const begun = performance.now();
    const end = (outcome: string): void => {
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      output.write(`${output.isTTY ? "\r" : ""}  ${name}: ${outcome} (${seconds} s)\n`);
    };
    output.write(`  ${name} …${output.isTTY ? "" : "\n"}`);
    try {
      const result = await run();
      end("done");
      return result;
    } catch (error) {
      end("failed");
      throw error;
    }
  };
