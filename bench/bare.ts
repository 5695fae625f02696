// The bare handler that a function is measured against: the same SDK clients and commands, and nothing else. What those are is read from what
// the bundler put into the function's bundle, so that a client which only came along is in both, and shows in the table, not in the ratio.

/** What of one SDK package a bundle holds, by exported name. */
export type Held = { readonly package: string; readonly names: readonly string[] };

const EXPORTS =
  /(?:^|\/)node_modules\/(@aws-sdk\/(?:client-[a-z0-9-]+|lib-[a-z]+|s3-request-presigner))\/dist-es\/(?:commands\/)?(\w+)\.js$/;
const isPublic = (name: string): boolean => /^[A-Z]\w+(Client|Command)$/.test(name) || name === "getSignedUrl";

/** From the `inputs` of an output in esbuild's metafile: of each file, how many of its bytes came into the bundle. */
export const heldIn = (inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>): Held[] => {
  const found = Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => {
    const [, from = "", name = ""] = EXPORTS.exec(path) ?? [];
    return bytesInOutput > 0 && isPublic(name) ? [{ from, name }] : [];
  });
  return Object.entries(Object.groupBy(found, ({ from }) => from))
    .map(([from, held = []]) => ({ package: from, names: held.map(({ name }) => name).toSorted() }))
    .toSorted((one, other) => one.package.localeCompare(other.package));
};

/** The services' clients alone, by their short names. */
export const clientsOf = (held: readonly Held[]): string[] =>
  held.map((each) => each.package).flatMap((name) => (name.startsWith("@aws-sdk/client-") ? [name.slice("@aws-sdk/client-".length)] : []));

/** Constructs every service's client at start-up, as the functions do, and keeps the rest. */
export const bareSource = (held: readonly Held[]): string => {
  const isConstructed = (from: string, name: string): boolean => from.startsWith("@aws-sdk/client-") && name.endsWith("Client");
  // Packages share names (two have a QueryCommand), so each import gets a name of its own.
  const all = held.flatMap(({ package: from, names }) => names.map((name) => ({ from, name })));
  const imports = all.map(({ from, name }, index) => `import { ${name} as held${index} } from "${from}";`);
  const kept = all.map(({ from, name }, index) => (isConstructed(from, name) ? `new held${index}()` : `held${index}`));
  return [...imports, `const kept = [${kept.join(", ")}];`, "export const handler = async () => kept.length;"].join("\n");
};
