// Each middleware by itself: what each makes of what comes, and that every outcome is answered to whoever waits for it.
import { beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { RetryLater } from "../../../functions/lib/retry-later.ts";
import { batch } from "../../../functions/middleware/batch.ts";
import { invoked } from "../../../functions/middleware/invoked.ts";
import { createOnly } from "../../../functions/middleware/resource.ts";
import { scheduled } from "../../../functions/middleware/scheduled.ts";
import { logInMemory } from "../../support/adapters/outside.ts";
import { type Answered, serve } from "../../support/http/http.ts";

let logged: string[];
beforeEach(() => {
  logged = [];
});

describe("a custom resource", () => {
  const properties = { organization: "Acme" };
  const answers = { StackId: "stack", RequestId: "request", LogicalResourceId: "Organization" };

  /** Runs the middleware with CloudFormation's own server before it: what was created, what was told, and how it ended. */
  const run = async (event: object, create: () => Promise<void> = async () => undefined, taken: Answered = {}) => {
    const cloudFormation = await serve(() => taken);
    const created: unknown[] = [];
    const handler = createOnly(async (given) => {
      created.push(given);
      await create();
    }, logInMemory(logged));
    const ResponseURL = `${cloudFormation.url}/answer?signature=s3cr3t`;
    const ended = await handler({ ...answers, ResponseURL, ResourceProperties: properties, ...event }).then(
      () => "well",
      (error: Error) => error.message,
    );
    await cloudFormation.close();
    return { created, ended, asked: cloudFormation.asked, told: cloudFormation.asked.map(({ body }) => JSON.parse(body)) };
  };

  test("is created from its properties, and said to be", async () => {
    const { created, ended, told, asked } = await run({ RequestType: "Create" });
    expect(created).toEqual([properties]);
    expect(told).toEqual([{ Status: "SUCCESS", ...answers, PhysicalResourceId: "Organization" }]);
    // CloudFormation signs its address for an empty content type.
    expect(asked).toMatchObject([{ method: "PUT", path: "/answer?signature=s3cr3t", headers: { "content-type": "" } }]);
    expect(ended).toBe("well");
  });

  test("that could not be created is said to have failed, and the function fails, so that its alarm tells", async () => {
    const { ended, told } = await run({ RequestType: "Create" }, () => Promise.reject(new TypeError("no such table")));
    expect(told).toMatchObject([{ Status: "FAILED", ...answers, PhysicalResourceId: "Organization" }]);
    expect(told[0].Reason).toContain("TypeError");
    expect(told[0].Reason).toContain("request");
    expect(ended).toBe("the resource could not be created");
    expect(logged.join()).toContain("no such table");
  });

  test("gives no reason that quotes what a service was sent", async () => {
    const quoting = new Error("Value 'ada@example.org' at 'username' failed to satisfy constraint");
    const { told, ended } = await run({ RequestType: "Create" }, () => Promise.reject(quoting));
    expect(JSON.stringify([told, ended])).not.toContain("ada@example.org");
    expect(told).toMatchObject([{ Status: "FAILED" }]);
  });

  test.each(["Update", "Delete"])("changes nothing at a %s, succeeds and keeps its name", async (RequestType) => {
    const failing = () => Promise.reject(new Error("must not be called"));
    const { created, ended, told } = await run({ RequestType, PhysicalResourceId: "given-once" }, failing);
    expect(created).toEqual([]);
    expect(told).toEqual([{ Status: "SUCCESS", ...answers, PhysicalResourceId: "given-once" }]);
    expect(ended).toBe("well");
  });

  test("whose answer was not taken is an error, and the address it went to stays untold", async () => {
    const { ended } = await run({ RequestType: "Create" }, undefined, { status: 403 });
    expect(ended).toBe("CloudFormation did not take the answer: 403");
    expect(logged.join()).not.toContain("s3cr3t");
  });

  test("is not created for an event that is none of CloudFormation's", async () => {
    const { created, ended, told } = await run({ RequestType: "Replace" });
    expect([created, told]).toEqual([[], []]);
    expect(ended).toContain("RequestType");
  });
});

describe("a batch", () => {
  const message = (messageId: string, body: string) => ({ messageId, body });

  test("gives back what failed and nothing else, and takes the rest", async () => {
    const taken: unknown[] = [];
    const handler = batch(async (given) => {
      if (given === "bad") throw new Error("could not be taken");
      taken.push(given);
    }, logInMemory(logged));
    const Records = [message("m-1", '{"a":1}'), message("m-2", '"bad"'), message("m-3", '{"a":3}')];
    expect(await handler({ Records })).toEqual({ batchItemFailures: [{ itemIdentifier: "m-2" }] });
    expect(taken).toEqual([{ a: 1 }, { a: 3 }]);
    expect(logged.map((line) => JSON.parse(line))).toMatchObject([{ messageId: "m-2" }, { metric: "MessagesFailed", value: 1 }]);
  });

  test("counts what failed, since the run itself went well, and nothing when all was taken", async () => {
    const handler = batch(async (given) => {
      if (given === "bad") throw new Error("could not be taken");
    }, logInMemory(logged));
    const counts = () => logged.map((line) => JSON.parse(line)).filter(({ metric }) => metric !== undefined);
    await handler({ Records: [message("m-1", "{}")] });
    expect(counts()).toEqual([]);
    await handler({ Records: [message("m-1", '"bad"'), message("m-2", "{"), message("m-3", "{}")] });
    expect(counts()).toEqual([{ metric: "MessagesFailed", value: 2 }]);
  });

  test("is told to stop in time; what stopped is given again, and that is no failure", async () => {
    let left = 15_000;
    const handler = batch(async (_, isTimeUp) => {
      expect(isTimeUp()).toBe(false);
      left = 14_999;
      if (isTimeUp()) throw new RetryLater("there is more");
    }, logInMemory(logged));
    const answer = await handler({ Records: [message("m-1", "{}")] }, { getRemainingTimeInMillis: () => left });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "m-1" }] });
    expect(logged.map((line) => JSON.parse(line))).toEqual([
      { message: "a message is unfinished and will be given again", messageId: "m-1", why: "there is more" },
    ]);
  });

  test("gives back a message that is not JSON, and nothing of it is logged", async () => {
    const handler = batch(async () => undefined, logInMemory(logged));
    const answer = await handler({ Records: [message("m-1", "hunter2 is my password")] });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "m-1" }] });
    expect(logged.join()).toContain("m-1");
    expect(logged.join()).not.toContain("hunter2");
  });

  test("that is no batch is an error: the queue gives all of it again", async () => {
    const handler = batch(async () => undefined, logInMemory(logged));
    await expect(handler({ Records: [{ body: "{}" }] })).rejects.toThrow(/messageId/);
  });
});

describe("what another function invokes", () => {
  const Input = z.object({ secret: z.string().regex(/^[ -~]+$/) });

  test("is given what came, as it is expected, and answers what becomes of it", async () => {
    const handler = invoked(Input, async (given) => given);
    expect(await handler({ secret: "hunter2", more: 1 })).toEqual({ secret: "hunter2" });
  });

  test.each([{ secret: "hunter2\n" }, { secret: ["hunter2"] }, "hunter2"])(
    "that is otherwise is an error, which quotes nothing: %j",
    async (given) => {
      const ended = await invoked(Input, async () => "well")(given).catch((error: Error) => error.message);
      expect(ended).toMatch(/expected|Invalid/);
      expect(ended).not.toContain("hunter2");
    },
  );
});

describe("a scheduled run", () => {
  test("is told to stop while there is time to finish the item at hand", async () => {
    let left = 15_000;
    const handler = scheduled(async (isTimeUp) => {
      const before = isTimeUp();
      left = 14_999;
      return [before, isTimeUp()];
    });
    expect(await handler({}, { getRemainingTimeInMillis: () => left })).toEqual([false, true]);
  });

  test("that fails is a failed invocation", async () => {
    const handler = scheduled(() => Promise.reject(new Error("1 of 2 due tokens could not be looked at")));
    await expect(handler({}, { getRemainingTimeInMillis: () => 60_000 })).rejects.toThrow("1 of 2");
  });
});
