// Middleware of a custom resource that only ever creates. CloudFormation waits for the answer at an address it names: without one, a failed
// deployment hangs for an hour, so that every outcome is answered.
import * as z from "zod";
import type { Log } from "../ports/log.ts";
import { lambdaHandler } from "./lambda-handler.ts";

const Event = z.object({
  RequestType: z.enum(["Create", "Update", "Delete"]),
  ResponseURL: z.url(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  PhysicalResourceId: z.string().optional(),
  ResourceProperties: z.record(z.string(), z.unknown()),
});

/**
 * Whoever may see the stack reads it, and services quote in a message what they were sent: it names the kind of error and where to look, no more.
 */
const reasonOf = (error: unknown, requestId: string): string => {
  const kind = error instanceof Error ? error.name : "an unknown error";
  return `It could not be created (${kind}). The function's log tells why, under requestId ${requestId}.`;
};

/** `create` is given the resource's properties; updates and deletions change nothing and succeed. */
export const createOnly = (create: (properties: Record<string, unknown>) => Promise<void>, log: Log): ((event: unknown) => Promise<void>) =>
  lambdaHandler(async (raw) => {
    const event = Event.parse(raw);
    const { StackId, RequestId, LogicalResourceId } = event;
    let outcome: { Status: "SUCCESS" } | { Status: "FAILED"; Reason: string } = { Status: "SUCCESS" };
    try {
      if (event.RequestType === "Create") await create(event.ResourceProperties);
    } catch (error) {
      log.error("the resource could not be created", error, { requestId: RequestId });
      outcome = { Status: "FAILED", Reason: reasonOf(error, RequestId) };
    }
    // One name for ever: another one would make CloudFormation delete the resource under the old name.
    const PhysicalResourceId = event.PhysicalResourceId ?? LogicalResourceId;
    const body = JSON.stringify({ ...outcome, StackId, RequestId, LogicalResourceId, PhysicalResourceId });
    const answer = await fetch(event.ResponseURL, { method: "PUT", body, headers: { "content-type": "" } });
    if (!answer.ok) throw new Error(`CloudFormation did not take the answer: ${answer.status}`);
    if (outcome.Status === "FAILED") throw new Error("the resource could not be created");
  });
