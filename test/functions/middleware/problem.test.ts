// Refusals as problem details: every reason has one status of a refusal, and what is shown is what the rule said.
import { expect, test } from "vitest";
import { REASONS, Refusal } from "../../../domain/shared/refusal.ts";
import { problemOf } from "../../../functions/middleware/problem.ts";

test.each(REASONS)("%s is answered with its reason and its words, as the caller's to mend unless it is ours", (reason) => {
  const problem = problemOf(new Refusal(reason, "Do this instead."), "r-1");
  expect(problem).toMatchObject({ reason, detail: "Do this instead.", requestId: "r-1", type: `urn:content-tokens:problem:${reason}` });
  const isOurs = reason === "busy" || reason === "internal_error";
  expect(Math.floor(problem.status / 100)).toBe(isOurs ? 5 : 4);
});

test("a token that has ended by itself is gone, one that was ended is in conflict", () => {
  expect(problemOf(new Refusal("token_expired", ""), "r").status).toBe(410);
  expect(problemOf(new Refusal("token_invalidated", ""), "r").status).toBe(409);
});
