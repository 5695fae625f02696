// The template's custom resources, run as CloudFormation runs them: once to create, again only when their properties changed, and no further until
// the function has answered at the address it was given.
import { randomUUID } from "node:crypto";
import * as z from "zod";
import type { LocalFunction } from "./functions.ts";
import { freePort, listen } from "./http.ts";
import { arnOf } from "./place.ts";
import type { State } from "./state.ts";
import type { LocalResource } from "./template.ts";

const Properties = z.looseObject({ ServiceToken: z.string(), ServiceTimeout: z.coerce.number().default(3600) });
const Outcome = z.object({ Status: z.enum(["SUCCESS", "FAILED"]), Reason: z.string().optional(), PhysicalResourceId: z.string().min(1) });

/** Every value arrives as text. */
const asText = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(asText);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, asText(each)]));
  return String(value);
};

type Event = Record<string, unknown> & { readonly LogicalResourceId: string };

const run = async (call: LocalFunction, event: Event, timeoutSeconds: number): Promise<z.infer<typeof Outcome>> => {
  const { promise, resolve, reject } = Promise.withResolvers<z.infer<typeof Outcome>>();
  const path = `/${randomUUID()}`;
  const server = await listen(
    async (asked) => {
      if (asked.method !== "PUT" || asked.path !== path) return { status: 404 };
      resolve(Outcome.parse(JSON.parse(asked.body.toString("utf8"))));
      return { status: 200 };
    },
    { port: await freePort(), onError: reject },
  );
  const timer = setTimeout(
    () => reject(new Error(`${event.LogicalResourceId} did not answer in ${timeoutSeconds} s`)),
    timeoutSeconds * 1000,
  );
  try {
    // The answer counts, not the function's end; but one that never began will never answer.
    call.invoke({ ...event, ResponseURL: `${server.url}${path}` }).catch((error: unknown) => setTimeout(reject, 1000, error));
    return await promise;
  } finally {
    clearTimeout(timer);
    await server.close();
  }
};

type Parts = { readonly functionOf: (arn: string) => LocalFunction; readonly state: State; readonly save: () => void };

/** Throws with the function's own reason when one can't be created. */
export const runCustomResources = async (resources: readonly LocalResource[], { functionOf, state, save }: Parts): Promise<void> => {
  for (const { stack, id, type, properties } of resources.filter(({ type }) => type.startsWith("Custom::"))) {
    const given = Properties.parse(asText(properties()));
    const text = JSON.stringify(given);
    const known = state.created[`${stack}/${id}`];
    if (known?.properties === text) continue;
    const event = {
      RequestType: known === undefined ? "Create" : "Update",
      StackId: arnOf("cloudformation", `stack/${stack}/local`),
      RequestId: randomUUID(),
      ResourceType: type,
      LogicalResourceId: id,
      ...(known === undefined ? {} : { PhysicalResourceId: known.physicalId, OldResourceProperties: JSON.parse(known.properties) }),
      ResourceProperties: given,
    };
    const { Status, Reason, PhysicalResourceId } = await run(functionOf(given.ServiceToken), event, given.ServiceTimeout);
    if (Status === "FAILED") throw new Error(`${id} could not be created: ${Reason}`);
    state.created[`${stack}/${id}`] = { physicalId: PhysicalResourceId, properties: text };
    save();
  }
};
