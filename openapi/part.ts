// A part of the document that is whole in itself: some of its operations, with what they refer to and nothing else.
import type { Document } from "./types.ts";

const refsIn = (value: unknown): readonly string[] => [...JSON.stringify(value).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref = ""]) => ref);

const kept = <Value>(all: Readonly<Record<string, Value>>, kind: string, refs: ReadonlySet<string>): Record<string, Value> =>
  Object.fromEntries(Object.entries(all).filter(([name]) => refs.has(`#/components/${kind}/${name}`)));

/** `isPart`: of an operation by its `METHOD /path`. */
export const partOf = (document: Document, isPart: (key: string) => boolean): Document => {
  const { schemas, responses } = document.components;
  const paths = Object.entries(document.paths).flatMap(([path, methods]) => {
    const some = Object.entries(methods).filter(([method]) => isPart(`${method.toUpperCase()} ${path}`));
    return some.length === 0 ? [] : [[path, Object.fromEntries(some)] as const];
  });
  const all = new Map<string, unknown>([
    ...Object.entries(schemas).map(([name, schema]) => [`#/components/schemas/${name}`, schema] as const),
    ...Object.entries(responses).map(([name, response]) => [`#/components/responses/${name}`, response] as const),
  ]);
  const refs = new Set(refsIn(paths));
  // A set that grows while it is gone through is gone through to its end.
  for (const ref of refs) for (const further of refsIn(all.get(ref) ?? {})) refs.add(further);
  return {
    ...document,
    paths: Object.fromEntries(paths),
    components: { ...document.components, schemas: kept(schemas, "schemas", refs), responses: kept(responses, "responses", refs) },
  };
};
