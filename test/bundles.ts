// The functions' bundles, made once before any test: stacks and the run on one machine take them from dist/.
import { bundleFunctions } from "../infra/bundle.ts";

export const setup = (): void => bundleFunctions();
