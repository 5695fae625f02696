// The events that a function may put on a bus, by the IAM policies of the template. No other rights are checked on one machine; these are, because a function
// that could publish any event could end any token.
import * as z from "zod";
import type { LocalResource } from "../template.ts";

const Conditions = z.record(z.string(), z.record(z.string(), z.union([z.string(), z.array(z.string())])));
type Conditions = Readonly<Record<string, Readonly<Record<string, string | string[]>>>>;

const Statement = z.looseObject({
  Effect: z.enum(["Allow", "Deny"]),
  Action: z.union([z.string(), z.array(z.string())]),
  Resource: z.unknown(),
  Condition: Conditions.default({}),
});
type Statement = z.infer<typeof Statement>;
const Policy = z.object({ PolicyDocument: z.object({ Statement: z.array(Statement) }), Roles: z.array(z.string()).default([]) });
const RoleOf = z.object({ Role: z.string() });

/** The values of each condition key in one request. */
export type RequestContext = Readonly<Record<string, readonly string[]>>;

/** An operator that is not known here is an error, never a guess. Source: IAM user guide, "Multivalued context keys" and "Null condition operator". */
const OPERATORS: Readonly<Record<string, (values: readonly string[], allowed: readonly string[]) => boolean>> = {
  "ForAllValues:StringEquals": (values, allowed) => values.every((value) => allowed.includes(value)),
  Null: (values, [expected]) => (values.length === 0) === (expected === "true"),
};

export const conditionsHold = (conditions: Conditions, context: RequestContext): boolean =>
  Object.entries(conditions).every(([name, keys]) => {
    const operator = OPERATORS[name];
    if (operator === undefined) throw new Error(`the condition operator ${name} is not known on one machine`);
    return Object.entries(keys).every(([key, allowed]) => operator(context[key] ?? [], [allowed].flat()));
  });

export type EventToPut = { readonly bus: string; readonly source: string; readonly detailType: string };

/**
 * True if the caller may put all of these in one request. A function is known by its session token, which is its name here. A caller with another token or
 * none is a person, who may put anything. `busArn` is the ARN of a bus by its name.
 */
export type MayPut = (sessionToken: string | undefined, events: readonly EventToPut[], busArn: (bus: string) => string) => boolean;

const PUT_EVENTS = "events:PutEvents";

export const permissionsOf = (resources: readonly LocalResource[]): MayPut => {
  const policies = resources.filter(({ type }) => type === "AWS::IAM::Policy").map((each) => Policy.parse(each.properties()));
  const granted = new Map(
    resources
      .filter(({ type }) => type === "AWS::Lambda::Function")
      .map((each) => {
        const role = RoleOf.parse(each.properties()).Role.split("/").at(-1) ?? "";
        const statements = policies.filter(({ Roles }) => Roles.includes(role)).flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
        return [each.name(), statements.filter(({ Action }) => [Action].flat().includes(PUT_EVENTS))] as const;
      }),
  );
  return (sessionToken = "", events, busArn) => {
    const statements = granted.get(sessionToken);
    if (statements === undefined) return true;
    const context = {
      "events:detail-type": events.map(({ detailType }) => detailType),
      "events:source": events.map(({ source }) => source),
    };
    const allows = ({ Effect, Resource, Condition }: Statement, bus: string): boolean =>
      Effect === "Allow" && [Resource].flat().includes(busArn(bus)) && conditionsHold(Condition, context);
    return events.every(({ bus }) => statements.some((statement) => allows(statement, bus)));
  };
};
