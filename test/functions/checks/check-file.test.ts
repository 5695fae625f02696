// Checks of stored files: which files are read, and what becomes of those that can't be sent.
import { expect, test } from "vitest";
import { checkFile, ImportedFile } from "../../../functions/checks/check-file.ts";
import { bytesOf } from "../../support/builders/make.ts";

const file = { key: "tokens/imported/abc", version: "1" };
const unread = async (): Promise<never> => expect.unreachable("the file was read");

test("only the file of an imported token is taken: a token that this service issued is never sent to Apple", () => {
  expect(ImportedFile.safeParse({ ...file, sha256: "x" }).data).toEqual(file);
  for (const key of ["tokens/issued/abc", "tokens/importedabc", "seals/1", "../tokens/imported/abc", ""])
    expect(ImportedFile.safeParse({ ...file, key }).success).toBe(false);
  expect(ImportedFile.safeParse({ key: file.key }).success).toBe(false);
});

test("switched off, nothing is read and nobody is asked", async () => {
  expect(await checkFile(file, { readFile: unread, api: "off" })).toEqual({ outcome: "no-answer", evidence: { noAnswer: "switched_off" } });
});

test.each<[string, Uint8Array | undefined]>([
  ["is gone", undefined],
  ["is no text", Uint8Array.of(0xff, 0xfe, 0x00)],
  ["would add a header", bytesOf("YWJj\r\nx: y")],
])("a file that %s is unavailable, and nobody is asked", async (_, bytes) => {
  const lookup = () => expect.unreachable("a name was resolved");
  const answer = await checkFile(file, { readFile: async () => bytes, api: "https://apple.example", lookup });
  expect(answer).toEqual({ outcome: "no-answer", evidence: { noAnswer: "file_unavailable" } });
});

test("a failure to read the file is the function's own", async () => {
  const readFile = () => Promise.reject(new Error("the token file could not be read: SlowDown"));
  await expect(checkFile(file, { readFile, api: "https://apple.example" })).rejects.toThrow("could not be read: SlowDown");
});
