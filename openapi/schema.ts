// JSON Schemas (draft 2020-12) of the routes' own zod schemas. What has a name here is written once, and referred to wherever the very same schema,
// or one that extends it, is used.
import * as z from "zod";
import { Grant } from "../domain/accounts/account.ts";
import { Actor, CustodyAct, CustodyEntry, SubjectId } from "../domain/custody/custody.ts";
import { MdmError } from "../domain/device-api/mdm-error.ts";
import { NotificationType } from "../domain/device-api/notification.ts";
import { Vendor } from "../domain/mdm-servers/mdm-server.ts";
import { AccountId, ConflictId, ContentTokenId, LocationId, MdmServerId } from "../domain/shared/ids.ts";
import { InvalidationCause } from "../domain/tokens/content-token.ts";
import { ShownAccount } from "../functions/accounts/shown.ts";
import { ShownConflict, ShownMdmServer } from "../functions/mdm-servers/shown.ts";
import { Borne } from "../functions/middleware/mdm-route.ts";
import { Problem } from "../functions/middleware/problem.ts";
import { ShownLocation, ShownOrganization } from "../functions/organization/shown.ts";
import { ShownLinkTo, ShownToken } from "../functions/tokens/shown.ts";

/** The part of JSON Schema that the document uses. */
export type Schema = {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly format?: string;
  readonly contentEncoding?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
};

const NAMED: Readonly<Record<string, z.ZodType>> = {
  Account: ShownAccount,
  AccountId,
  Actor,
  Conflict: ShownConflict,
  ConflictId,
  ContentToken: ShownToken,
  ContentTokenId,
  CustodyAct,
  CustodyEntry,
  DownloadLink: ShownLinkTo,
  Grant,
  InvalidationCause,
  Location: ShownLocation,
  LocationId,
  MdmAnswer: Borne,
  MdmError,
  MdmServer: ShownMdmServer,
  MdmServerId,
  NotificationType,
  Organization: ShownOrganization,
  Problem,
  SubjectId,
  Vendor,
};

const names = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries(NAMED)) names.add(schema, { id });

export const refTo = (name: string): string => `#/components/schemas/${name}`;

/** The named object that this one has all fields of, the very same, and more of its own; of several the largest. */
const extended = (schema: z.ZodObject): readonly [name: string, fields: readonly string[]] | undefined => {
  const found = Object.entries(NAMED).flatMap(([name, base]) => {
    if (!(base instanceof z.ZodObject) || base === schema) return [];
    const fields = Object.entries(base.shape);
    return fields.every(([field, type]) => schema.shape[field] === type) ? [[name, Object.keys(base.shape)] as const] : [];
  });
  return found.toSorted(([, one], [, other]) => other.length - one.length)[0];
};

type Overridden = z.core.JSONSchema.BaseSchema;
type Way = "input" | "output";

const asExtension = (json: Overridden, [name, fields]: readonly [string, readonly string[]]): void => {
  for (const field of fields) delete json.properties?.[field];
  const required = json.required?.filter((field) => !fields.includes(field)) ?? [];
  if (required.length > 0) json.required = required;
  else delete json.required;
  json.allOf = [{ $ref: refTo(name) }];
};

const overriding =
  (io: Way) =>
  ({ zodSchema, jsonSchema: json }: { zodSchema: z.core.$ZodTypes; jsonSchema: Overridden }): void => {
    const description = z.globalRegistry.get(zodSchema)?.description;
    if (description !== undefined) json.description = description;
    if (zodSchema instanceof z.ZodDate) Object.assign(json, { type: "string", format: "date-time" });
    // What is trimmed first is bound in its length by what follows.
    if (io === "input" && zodSchema instanceof z.ZodPipe && zodSchema.def.out instanceof z.ZodString) {
      const { minLength, maxLength } = zodSchema.def.out;
      Object.assign(json, { ...(minLength === null ? {} : { minLength }), ...(maxLength === null ? {} : { maxLength }) });
    }
    // What is written alike first is one of what follows.
    if (io === "input" && zodSchema instanceof z.ZodPipe && zodSchema.def.out instanceof z.ZodEnum)
      Object.assign(json, { enum: zodSchema.def.out.options });
    if (zodSchema instanceof z.ZodObject) {
      // Only what is strict refuses other fields. Answers may gain some.
      if (zodSchema.def.catchall === undefined) delete json.additionalProperties;
      const base = extended(zodSchema);
      if (base !== undefined) asExtension(json, base);
    }
    // A format says what its pattern does, in a word.
    if (json.format !== undefined) delete json.pattern;
    if (json.maximum === Number.MAX_SAFE_INTEGER) delete json.maximum;
    if (json.minimum === Number.MIN_SAFE_INTEGER) delete json.minimum;
    delete json.propertyNames;
  };

const written = (schema: z.ZodType, io: Way): Schema => {
  const {
    $schema: _,
    $defs,
    ...json
  } = z.toJSONSchema(schema, {
    io,
    metadata: names,
    unrepresentable: "any",
    override: overriding(io),
  });
  // A named one is a reference to its definition.
  const { id: __, ...own } = $defs?.[names.get(schema)?.id ?? ""] ?? json;
  return JSON.parse(JSON.stringify(own).replaceAll('"#/$defs/', '"#/components/schemas/'));
};

/** What a route takes (`input`) or answers (`output`). */
export const schemaOf = (schema: z.ZodType, io: Way): Schema => {
  const id = names.get(schema)?.id;
  return id === undefined ? written(schema, io) : { $ref: refTo(id) };
};

export const namedSchemas = (): Readonly<Record<string, Schema>> =>
  Object.fromEntries(Object.entries(NAMED).map(([name, schema]) => [name, written(schema, "output")]));
