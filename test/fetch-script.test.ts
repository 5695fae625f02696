// The README's script for cron: an MDM server must not be said to have a file before it was installed, since that ends the earlier token.
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const HASH = "a".repeat(64);
const script = /^```sh\n(.*?)^```$/ms.exec(await readFile(join(import.meta.dirname, "../README.md"), "utf8"))?.[1] ?? "";

/** Answers as the service and S3 do together: `status`, its ETag, then the ETag of S3, which is another kind of hash. Records its arguments. */
const CURL = `#!/bin/sh
printf '%s\\n' "$@" > "$BIN/arguments"
while [ $# -gt 0 ]; do
  case $1 in
  -D) printf 'HTTP/2 303\\r\\netag: "${HASH}"\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\nETag: "${"b".repeat(32)}"\\r\\n' > "$2" ;;
  -o) printf 'the file' > "$2" ;;
  esac
  shift
done
cat "$BIN/status"
`;
const INSTALL = '#!/bin/sh\nprintf "%s:%s\\n" "$1" "$(cat "$1")"\nexit "$(cat install-status)"\n';

let folder: string;
let bin: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fetch-"));
  bin = join(folder, "bin");
  await mkdir(bin);
  const programs = { "bin/curl": CURL, "install-token": INSTALL };
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(join(folder, name), text);
    await chmod(join(folder, name), 0o700);
  }
});
afterEach(() => rm(folder, { recursive: true, force: true }));

type Run = { readonly code: number; readonly out: string; readonly error: string };

const run = async (status: number, installStatus = 0): Promise<Run> => {
  await writeFile(join(bin, "status"), String(status));
  await writeFile(join(folder, "install-status"), String(installStatus));
  const env = { ...process.env, BIN: bin, PATH: `${bin}${delimiter}${process.env.PATH}` };
  return new Promise((resolve) => {
    execFile("sh", ["-c", script, "fetch-token.sh", "https://api.example.org", folder], { env }, (error, out, errors) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, error: errors }),
    );
  });
};
const polledWith = async (): Promise<string | undefined> =>
  (await readFile(join(bin, "arguments"), "utf8")).split("\n").find((line) => line.startsWith("if-none-match:"));

test("a file that was installed is polled for with its hash from then on", async () => {
  expect(await run(200)).toEqual({ code: 0, out: "content-token.vpptoken:the file\n", error: "" });
  expect(await polledWith()).toBe("if-none-match: ");
  expect(await run(304)).toEqual({ code: 0, out: "", error: "" });
  expect(await polledWith()).toBe(`if-none-match: ${HASH}`);
});

test("a file that could not be installed is fetched and installed again, without its hash", async () => {
  expect(await run(200, 3)).toMatchObject({ code: 3 });
  expect(await readdir(folder)).not.toContain("installed.sha256");
  expect(await run(200)).toMatchObject({ code: 0, out: "content-token.vpptoken:the file\n" });
  expect(await polledWith()).toBe("if-none-match: ");
});

test("a refusal is printed and installs nothing", async () => {
  expect(await run(403)).toEqual({ code: 1, out: "", error: "the file" });
  expect(await readdir(folder)).not.toContain("content-token.vpptoken");
});
