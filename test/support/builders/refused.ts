// Runs something that must refuse and gives the refusal, so that a test can assert on its reason and its words.
import { Refusal } from "../../../domain/shared/refusal.ts";

export const refusalOf = (act: () => unknown): Refusal => {
  try {
    act();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error("expected a refusal, but the act went through");
};
