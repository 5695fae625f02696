// The synthesized CloudFormation templates, read as CloudFormation would: what a resource refers to becomes what its stand-in on this machine is called.
// An intrinsic function that is not known here is an error, never a guess.
import { readFileSync } from "node:fs";
import { dirname, resolve as resolvePath } from "node:path";
import * as z from "zod";

const Resource = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  Metadata: z.record(z.string(), z.unknown()).default({}),
});

const Template = z.object({
  Resources: z.record(z.string(), Resource),
  Outputs: z.record(z.string(), z.object({ Value: z.unknown(), Export: z.object({ Name: z.unknown() }).optional() })).default({}),
  Parameters: z.record(z.string(), z.object({ Default: z.unknown().optional() })).default({}),
});

export type LocalResource = {
  readonly stack: string;
  readonly id: string;
  readonly type: string;
  /** The folder of a function's bundle. */
  readonly asset: string | undefined;
  /** What `Ref` says of it. */
  readonly name: () => string;
  readonly attribute: (name: string) => string;
  /** Its properties with every reference resolved. */
  readonly properties: () => Record<string, unknown>;
};

/** A resource as it is referred to. */
export type Referred = {
  readonly stack: string;
  readonly id: string;
  readonly type: string;
  /** As the template writes them: references in them are not resolved. */
  readonly written: Readonly<Record<string, unknown>>;
};

/** What `Ref` and `Fn::GetAtt` say of a resource: its stand-in's name, address and so on. `Ref` is asked for as "Ref". */
export type AttributeOf = (resource: Referred, attribute: string) => string;

export type Region = { readonly region: string; readonly accountId: string };

type Scope = { readonly stack: string; readonly template: z.infer<typeof Template> };

const NO_VALUE = Symbol("AWS::NoValue");

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** The resources of `files`, in the order of deployment: a stack may import what an earlier one exports. */
export const readTemplates = (
  files: readonly string[],
  { region, accountId }: Region,
  attributeOf: AttributeOf,
): readonly LocalResource[] => {
  const exported = new Map<string, () => unknown>();

  const resolverOf = ({ stack, template }: Scope) => {
    const pseudo: Readonly<Record<string, string | typeof NO_VALUE>> = {
      "AWS::Region": region,
      "AWS::AccountId": accountId,
      "AWS::Partition": "aws",
      "AWS::URLSuffix": "amazonaws.com",
      "AWS::StackName": stack,
      "AWS::StackId": `arn:aws:cloudformation:${region}:${accountId}:stack/${stack}/local`,
      "AWS::NoValue": NO_VALUE,
    };

    const attribute = (id: string, name: string): unknown => {
      const resource = template.Resources[id];
      if (resource === undefined) throw new Error(`${stack} refers to ${id}, which it does not have`);
      return attributeOf({ stack, id, type: resource.Type, written: resource.Properties }, name);
    };

    const reference = (id: string): unknown => pseudo[id] ?? template.Parameters[id]?.Default ?? attribute(id, "Ref");

    const list = (value: unknown): unknown[] => {
      const resolved = resolve(value);
      if (!Array.isArray(resolved)) throw new Error(`${stack}: expected a list for an intrinsic function`);
      return resolved;
    };

    const substitute = (value: unknown): string => {
      const [text, given] = Array.isArray(value) ? value : [value, {}];
      const names: Record<string, unknown> = isRecord(given) ? given : {};
      return String(text).replace(/\$\{(!?)([^}]+)\}/g, (whole, literal: string, name: string) => {
        if (literal === "!") return `\${${name}}`;
        if (name in names) return String(resolve(names[name]));
        const [id = "", ...rest] = name.split(".");
        return rest.length === 0 ? String(reference(id)) : String(attribute(id, rest.join(".")) ?? whole);
      });
    };

    const INTRINSICS: Readonly<Record<string, (value: unknown) => unknown>> = {
      Ref: (id) => reference(String(id)),
      "Fn::GetAtt": (value) => {
        const [id = "", ...rest] = Array.isArray(value) ? value.map(String) : String(value).split(".");
        return attribute(id, rest.join("."));
      },
      "Fn::Join": (value) => {
        const [separator, parts] = list(value);
        return list(parts).map(String).join(String(separator));
      },
      "Fn::Select": (value) => {
        const [index, parts] = list(value);
        return list(parts)[Number(index)];
      },
      "Fn::Split": (value) => {
        const [separator, text] = list(value);
        return String(text).split(String(separator));
      },
      "Fn::Sub": substitute,
      "Fn::ImportValue": (value) => {
        const name = String(resolve(value));
        const exports = exported.get(name);
        if (exports === undefined) throw new Error(`${stack} imports ${name}, which no earlier stack exports`);
        return exports();
      },
    };

    const resolve = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(resolve).filter((each) => each !== NO_VALUE);
      if (!isRecord(value)) return value;
      const [only, ...more] = Object.entries(value);
      if (only !== undefined && more.length === 0 && (only[0] === "Ref" || only[0].startsWith("Fn::"))) {
        const intrinsic = INTRINSICS[only[0]];
        if (intrinsic === undefined) throw new Error(`${stack} uses ${only[0]}, which is not known on one machine`);
        return intrinsic(only[1]);
      }
      const resolved = Object.entries(value).map(([key, inner]) => [key, resolve(inner)] as const);
      return Object.fromEntries(resolved.filter(([, inner]) => inner !== NO_VALUE));
    };
    return resolve;
  };

  return files.flatMap((file) => {
    const template = Template.parse(JSON.parse(readFileSync(file, "utf8")));
    const stack = /([^/]+)\.template\.json$/.exec(file)?.[1] ?? file;
    const resolve = resolverOf({ stack, template });
    for (const { Value, Export } of Object.values(template.Outputs))
      if (Export !== undefined) exported.set(String(resolve(Export.Name)), () => resolve(Value));
    return Object.entries(template.Resources).map(([id, { Type: type, Properties, Metadata }]) => {
      const path = Metadata["aws:asset:path"];
      const referred = { stack, id, type, written: Properties };
      return {
        stack,
        id,
        type,
        asset: typeof path === "string" ? resolvePath(dirname(file), path) : undefined,
        name: () => attributeOf(referred, "Ref"),
        attribute: (name: string) => attributeOf(referred, name),
        properties: () => resolve(Properties) as Record<string, unknown>,
      };
    });
  });
};
